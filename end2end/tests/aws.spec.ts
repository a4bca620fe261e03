// AWS accounts under one's own credentials: the demo's sandbox plays AWS.

import AxeBuilder from "@axe-core/playwright";
import { answerOf, Complaints, expect, test } from "./support/test";
import * as events from "./support/events_page";
import { signInAs } from "./support/sample";

const ACCOUNT = "111122223333";
/** The one with the fewest events: AWS gives no more than a hundred a second. */
const QUIET = "777788889999";

test("someone signs in with one click, sees the event history of all Regions come, and signs out", async ({ page, complaints }) => {
  test.setTimeout(200_000);
  await signInAs(page, "Auditor");
  await events.open(page, `/a/${ACCOUNT}/events?q=`);
  // What AWS sends first is there at once; the rest comes by itself.
  await expect(events.rows(page).first()).toBeVisible();
  const history = page.getByRole("note").filter({ hasText: "vent history" });
  await expect(history).toContainText(/of (all )?17 Regions/);

  // What the demo tells can be found here too, and told.
  await events.open(page, `/a/${ACCOUNT}/events?q=event:StopInstances`);
  await expect(events.rows(page).first()).toBeVisible();
  // The list may come anew between two keys; who is on a row stays on it.
  await expect(async () => {
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await expect(events.sentence(events.drawer(page))).toContainText("stopped EC2 instance", { timeout: 3_000 });
  }).toPass();

  // All accounts of the organisation are open, by their names.
  await page.getByRole("banner").locator("summary").click();
  await expect(page.getByRole("banner").getByRole("link", { name: /AWS account \d/ })).toHaveCount(3);

  // It comes to an end by itself.
  await events.open(page, `/a/${QUIET}/events?q=`);
  await expect(history).toContainText("Event history of all 17 Regions is complete", { timeout: 120_000 });

  await page.goto("/sign-in");
  await page.getByRole("button", { name: /Sign out/ }).click();
  await expect(page).toHaveURL(/\/sign-in\?out$/);
  complaints.allow(answerOf(404));
  complaints.allow(answerOf(401));
  await page.goto(`/a/${ACCOUNT}/events?q=`);
  await expect(events.rows(page)).toHaveCount(0);
});

test("two people see only what their own credentials allow", async ({ page, browser }) => {
  await signInAs(page, "Auditor");
  await events.open(page, `/a/${ACCOUNT}/events?q=`);
  await expect(events.rows(page).first()).toBeVisible();

  const context = await browser.newContext();
  const complaints = new Complaints();
  complaints.watch(context);
  const other = await context.newPage();
  await signInAs(other, "Newcomer");
  await events.open(other, `/a/${ACCOUNT}/events?q=`);
  await expect(other.getByRole("note").filter({ hasText: "vent history" })).toContainText("cloudtrail:LookupEvents");
  await expect(other.getByRole("heading", { name: "Nothing from AWS yet" })).toBeVisible();
  await expect(events.rows(other)).toHaveCount(0);
  expect(complaints.list()).toEqual([]);
  await context.close();
});

for (const theme of ["light", "dark"] as const) {
  test(`the sign-in page can be used by everybody, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    // The last is what a zoom of 400 % leaves of a desk.
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto("/sign-in");
      const { violations } = await new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
        .analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target)])).toEqual([]);
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overhang).toBe(0);
    }
  });
}

test("who signs in from the sample account comes to an AWS account, and who signs in again from there comes back", async ({ page }) => {
  await events.open(page, events.searching("event:StopInstances"));
  for (const view of [/\/a\/111122223333\/events/, /\/a\/777788889999\/events\?q=error:\*$/]) {
    await page.getByRole("banner").locator("summary").click();
    await page.getByRole("link", { name: "AWS accounts: sign in and out" }).click();
    await page.getByRole("button", { name: "Auditor", exact: true }).click();
    await expect(page).toHaveURL(view);
    await events.open(page, `/a/${QUIET}/events?q=error:*`);
  }
});

test("nobody has to sign in: the sign-in page leads back to the sample account", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "To the events" }).click();
  await expect(page).toHaveURL(/\/a\/sample\/events/);
  await page.goto("/access-log");
  await page.getByRole("banner").getByRole("link", { name: "Waymark" }).click();
  await expect(page).toHaveURL(/\/a\/sample\/events/);
});
