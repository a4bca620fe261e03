// A deployment shared by a team: nobody gets in without signing in, and what Identity Center gives is renewed by itself.

import { signInByDevice } from "./support/device";
import * as events from "./support/events_page";
import { Team } from "./support/team";
import { expect, test } from "./support/test";

/** They are renewed five minutes before their end: ten seconds after they were given. */
const SECONDS = 310;

test("somebody of Identity Center signs in to a team's Waymark, and their credentials are renewed before they end", async ({ page }) => {
  test.setTimeout(120_000);
  const team = await Team.start(SECONDS);
  try {
    await page.goto(`${team.origin}/a/111122223333/events?q=event:StopInstances`);
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await signInByDevice(page, team.origin, "ben.okafor@example.com");
    await events.open(page, `${team.origin}/a/111122223333/events?q=`);
    await expect(events.rows(page).first()).toBeVisible();
    await page.getByRole("banner").locator("summary").click();
    await expect(page.getByRole("link", { name: /AWS account 111122223333/ })).toContainText("renewed by itself");

    const ends = async () => {
      await page.goto(`${team.origin}/sign-in`);
      return page.locator(".sign-in__account time").getAttribute("datetime");
    };
    const before = await ends();
    expect(before).toBeTruthy();
    await expect.poll(ends, { timeout: 60_000, intervals: [2_000] }).not.toBe(before);
    expect((await ends())! > before!).toBe(true);
    // They are good for what comes, too.
    await events.open(page, `${team.origin}/a/111122223333/events?q=readOnly:true`);
    await expect(events.rows(page).first()).toBeVisible();
  } finally {
    await team.stop();
  }
});
