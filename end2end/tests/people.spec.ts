// What people have on a server beside events: saved searches, their sessions, the access log; and lists that grow by themselves.

import { answerOf, Complaints, expect, test } from "./support/test";
import { signInByDevice } from "./support/device";
import * as events from "./support/events_page";
import { sending, signInAs } from "./support/sample";

/** A person of Identity Center that no other test is. */
const PERSON = "ines.moreau@example.com";
/** The one with the fewest events. */
const QUIET = "777788889999";
/** The one whose history no other test waits for. */
const FORGOTTEN = "444455556666";

test("a search is given a name, opened by it, and taken away", async ({ page }) => {
  const name = `Who signed in ${Date.now()}`;
  await events.open(page, events.searching("event:ConsoleLogin error:*", { from: "-30d" }));
  const found = await events.countLine(page).innerText();
  await events.menu(page, "Saved").click();
  await page.getByLabel("Save this search as").fill(name);
  await sending(page, () => page.keyboard.press("Enter"));
  await events.alive(page);
  await events.expectInAddress(page, "q", "event:ConsoleLogin error:*");

  await events.open(page, events.searching(""));
  await events.menu(page, "Saved").click();
  await page.getByRole("link", { name }).click();
  await events.expectInAddress(page, "q", "event:ConsoleLogin error:*");
  await events.expectInAddress(page, "from", "-30d");
  await expect(events.countLine(page)).toHaveText(found);

  await events.menu(page, "Saved").click();
  await sending(page, () => page.getByRole("button", { name: `Delete the saved search ${name}` }).click());
  await events.alive(page);
  await events.menu(page, "Saved").click();
  await expect(page.getByRole("link", { name })).toHaveCount(0);
});

test("what happens while somebody looks appears by itself", async ({ page, browser }) => {
  test.setTimeout(150_000);
  await signInAs(page, "Auditor");
  await events.open(page, `/a/${QUIET}/events?q=event:AssumeRole&from=-1h`);
  const history = page.getByRole("note").filter({ hasText: "vent history" });
  await expect(history).toContainText("is complete", { timeout: 60_000 });
  const number = async () => Number((await events.countLine(page).innerText()).match(/([\d,]+) events?$/)?.[1]?.replace(",", "") ?? 0);
  const before = await number();
  // Somebody is on a row, and stays there.
  await page.keyboard.press("j");
  const row = page.locator("tr.event-table__row:focus-within");
  const id = await row.getAttribute("data-id");
  // Somebody signs in elsewhere, which is an AssumeRole in this account.
  const context = await browser.newContext();
  await signInAs(await context.newPage(), "Administrator");
  await context.close();
  await expect.poll(number, { timeout: 70_000 }).toBeGreaterThan(before);
  await expect(row).toHaveAttribute("data-id", id ?? "");
});

test("a list that comes anew by itself leaves people where they are", async ({ page }) => {
  test.setTimeout(150_000);
  await signInAs(page, "Auditor");
  // Each answer differs, as it does while events arrive.
  let answers = 0;
  await page.route("**/_fn/view", async (route) => {
    const answer = await route.fetch();
    answers += 1;
    const body = (await answer.text()).replaceAll("Region by Region", `Region by Region, ${answers}`);
    await route.fulfill({ response: answer, body });
  });
  await events.open(page, `/a/${QUIET}/events?q=&from=-30d`);
  await expect(events.rows(page).first()).toBeVisible();
  await expect(page.getByRole("note").filter({ hasText: "vent history" })).toContainText("is complete", { timeout: 90_000 });
  const regions = page.locator(".coverage__regions > summary");
  // A page that is seen again asks at once.
  const comeAnew = async () => {
    const before = await regions.innerText();
    await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
    await expect(regions).not.toHaveText(before);
  };
  // What did not change is left alone, also the first time, and what is typed in it stays.
  const goTo = page.getByLabel("Go to", { exact: true });
  await goTo.fill("-3d");
  await goTo.blur();
  await comeAnew();
  await comeAnew();
  await expect(goTo).toHaveValue("-3d");

  await regions.click();
  await expect(page.locator(".coverage__regions")).toHaveAttribute("open");
  await comeAnew();
  await expect(page.locator(".coverage__regions")).toHaveAttribute("open");
  await expect(regions).toBeFocused();

  // Nothing is asked for while a menu is open, but once it is closed.
  await events.menu(page, "Saved").click();
  await page.getByLabel("Save this search as").fill("who it was");
  let asked = 0;
  page.on("request", (request) => (asked += request.postData()?.includes('"what":"list"') ? 1 : 0));
  await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
  const said = await regions.innerText();
  await expect(page.getByLabel("Save this search as")).toHaveValue("who it was");
  expect(asked).toBe(0);
  await page.keyboard.press("Escape");
  await expect(regions).not.toHaveText(said);

  // On a phone the table scrolls within its frame.
  await page.setViewportSize({ width: 390, height: 800 });
  const frame = page.locator(".event-table__scroll");
  await frame.evaluate((element) => element.scrollTo(0, 300));
  await comeAnew();
  await expect.poll(() => frame.evaluate((element) => element.scrollTop)).toBe(300);
  // Of two parts that were asked for one may still be on its way.
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("all accounts stand in one list, and each event says whose it is", async ({ page }) => {
  await signInAs(page, "Auditor");
  await page.getByRole("banner").locator("summary").click();
  await page.getByRole("banner").getByRole("link", { name: /All accounts/ }).click();
  await expect(page).toHaveURL(/\/a\/all\/events/);
  await events.alive(page);
  await expect(events.rows(page).first()).toBeVisible();
  // The name of the account is to be read as a whole, also on a small desk.
  await expect.poll(() => events.heads(page)).toEqual(["Time", "Account", "Event", "Who", "Resource", "From", "Region", "Result"]);
  const names = page.locator("td[data-col=account] .cell__text");
  await expect(names.first()).toHaveText(/^(prod-payments|staging|security-audit)$/);
  expect(await names.evaluateAll((all) => all.filter((name) => name.scrollWidth > name.clientWidth + 1).length)).toBe(0);
  await events.open(page, "/a/all/events?q=event:StopInstances");
  await events.opener(events.rows(page).first()).click();
  await expect(events.sentence(events.drawer(page))).toContainText("stopped EC2 instance");
});

test("somebody of Identity Center reads what was done in their name, and ends the session of another browser", async ({ page, browser }) => {
  await signInByDevice(page, "", PERSON);
  const [, account] = page.url().match(/\/a\/(\d{12})/) ?? [];
  await page.goto(`/a/${account}/events?q=event:DeleteTrail`);
  const other = await browser.newContext();
  const complaints = new Complaints();
  complaints.watch(other);
  const elsewhere = await other.newPage();
  await signInByDevice(elsewhere, "", PERSON);

  await page.goto("/access-log?action=search");
  await expect(page.getByRole("cell", { name: "event:DeleteTrail" }).first()).toBeVisible();
  await expect(page.getByRole("cell", { name: PERSON }).first()).toBeVisible();
  await page.getByRole("link", { name: /your sessions/ }).click();
  await expect(page.getByText("This browser")).toHaveCount(1);
  await page.getByRole("button", { name: "Sign out the others" }).click();
  await expect(page.getByRole("status")).toContainText("ended");
  await expect(page.getByText("Another browser")).toHaveCount(0);
  // The page that is open there says so in its place, without being touched, and leads back to where it was.
  complaints.allow(answerOf(401));
  await expect(elsewhere.getByText("Your sign-in has ended").first()).toBeVisible();
  await elsewhere.getByRole("main").getByRole("link", { name: /sign in/i }).first().click();
  await expect(elsewhere).toHaveURL(new RegExp(`/sign-in\\?next=/a/${account}/events`));
  expect(complaints.list()).toEqual([]);
  await other.close();
});

test("what was fetched of an account is deleted after asking, and comes anew", async ({ page }) => {
  await signInAs(page, "Administrator");
  await events.open(page, `/a/${FORGOTTEN}/events?q=&from=-2d`);
  await expect(events.rows(page).first()).toBeVisible();
  await page.goto("/sign-in");
  await page.getByRole("listitem").filter({ hasText: FORGOTTEN }).getByRole("link", { name: "Delete what was fetched of it" }).click();
  await expect(page.getByRole("main")).toContainText(/Of account 444455556666 it has [\d,]+ events?/);
  await page.getByRole("button", { name: "Delete what was fetched" }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  await events.open(page, `/a/${FORGOTTEN}/events?q=&from=-2d`);
  await expect(page.getByRole("note").filter({ hasText: "vent history" })).toBeVisible();
});
