// Sign-ins come to their end: it is seen before, said when it is there, and leads back to the same view.

import type { BrowserContext, Page } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { Aws } from "./support/aws";
import { answerOf, expect, test } from "./support/test";
import * as events from "./support/events_page";

/** Not the account of the server's own keys: theirs do not end. */
const ACCOUNT = "444455556666";
/** How long before the end a page warns, in seconds. */
const WARNING = 300;

let aws: Aws;
test.beforeAll(async () => {
  aws = await Aws.start();
});
test.afterAll(async () => {
  await aws.stop();
});

// They wait for ends that come by themselves.
test.describe.configure({ mode: "serial", timeout: 150_000 });

/** Of the browser before; each sign-in gives a new one. */
let cookies: Awaited<ReturnType<BrowserContext["cookies"]>>;
test.afterEach(async ({ context }) => {
  cookies = await context.cookies();
});

/** The start code opens the first browser; the others get its cookie. */
async function enter(page: Page) {
  if (cookies) {
    await page.context().addCookies(cookies);
    return;
  }
  await page.goto(aws.entrance);
  await page.getByRole("button", { name: "Open Waymark" }).click();
  await expect(page).not.toHaveURL(/start/);
}

/** Pastes keys that end in so many seconds, by what they say. */
async function paste(page: Page, seconds: number) {
  await page.goto(`${aws.origin}/sign-in`);
  await page.getByLabel("Temporary keys").fill(await aws.lines(ACCOUNT, "Auditor", seconds));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/a/${ACCOUNT}/events`));
}

function banner(page: Page) {
  return page.getByRole("status").filter({ hasText: /^You.*Sign in/ });
}

const VIEW = `/a/${ACCOUNT}/events?q=event%3AAssumeRole&from=-30d`;

test("five minutes before its end a sign-in is warned of, by itself, and the way back leads to the same view", async ({ page }) => {
  await enter(page);
  // As long as the page may need to be there before.
  await paste(page, WARNING + 25);
  await events.open(page, `${aws.origin}${VIEW}`);
  await expect(banner(page)).toBeHidden();
  await page.getByRole("banner").locator("summary").click();
  await expect(page.getByRole("link", { name: /AWS account 444455556666/ })).toContainText(/Signed in until \d\d:\d\d UTC/);
  await page.keyboard.press("Escape");
  // Nothing is pressed from here on.
  await expect(banner(page)).toBeVisible({ timeout: 60_000 });
  await expect(banner(page)).toContainText(/ends at \d\d:\d\d UTC/);

  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).include(".expiry").analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target)])).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overhang).toBe(0);

  await banner(page).getByRole("link", { name: "Sign in again" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("Temporary keys").fill(await aws.lines(ACCOUNT, "Auditor", 900));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(`${aws.origin}${VIEW}`);
  await expect(banner(page)).toBeHidden();
});

test("a sign-in that ends while its page is open says so in place", async ({ page, complaints }) => {
  await enter(page);
  await paste(page, 30);
  await events.open(page, `${aws.origin}${VIEW}`);
  await expect(banner(page)).toContainText("ends at");
  await expect(banner(page)).toContainText(`not signed in to ${ACCOUNT}`, { timeout: 60_000 });

  complaints.allow(answerOf(401));
  await events.searchField(page).fill("error:*");
  await page.keyboard.press("Enter");
  const problem = page.getByRole("alert").filter({ hasText: "Your sign-in has ended" });
  await expect(problem).toBeVisible();
  const here = page.url();
  await problem.getByRole("link", { name: "Sign in again" }).click();
  await expect(page.getByText("Your sign-in has ended")).toBeVisible();
  await page.getByLabel("Temporary keys").fill(await aws.lines(ACCOUNT, "Auditor", 900));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(here);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the warning is on the page that is loaded next", async ({ page }) => {
    await enter(page);
    await paste(page, WARNING - 10);
    await page.goto(`${aws.origin}${VIEW}`);
    await expect(banner(page)).toContainText("ends at");
    await banner(page).getByRole("link", { name: "Sign in again" }).click();
    await expect(page.locator("input[name=next]").first()).toHaveValue(VIEW);
  });
});
