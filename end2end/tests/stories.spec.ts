// Two questions that people come with, answered with the keyboard alone, and the answer handed to a colleague.

import type { Browser, Page } from "@playwright/test";
import { Complaints, expect, test } from "./support/test";
import * as events from "./support/events_page";

/** Someone with no mouse: goes to the start, to the search, asks, and opens the newest event that is found. */
async function askByKeyboard(page: Page, question: { field: string; begins: string; rest?: string }) {
  await events.open(page, "/");
  await expect(page).toHaveURL(/q=readOnly:false/);
  await page.keyboard.press("/");
  await expect(events.searchField(page)).toBeFocused();
  await page.keyboard.type(`${question.field}:${question.begins}`);
  const option = page.getByRole("listbox", { name: "Suggestions" }).getByRole("option").first();
  await expect(option).toHaveText(new RegExp(`^${question.begins}`));
  await page.keyboard.press("ArrowDown");
  await expect(option).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  if (question.rest) await page.keyboard.type(question.rest);
  await page.keyboard.press("Enter");
  await expect.poll(() => events.queryOf(page)).toContain(`${question.field}:${question.begins}`);
  await page.keyboard.press("Escape");
}

/** The same address in the browser of someone else: the same view. */
async function asColleague(browser: Browser, page: Page, check: (page: Page) => Promise<void>) {
  const context = await browser.newContext();
  const complaints = new Complaints();
  complaints.watch(context);
  const other = await context.newPage();
  await events.open(other, page.url());
  await check(other);
  const text = async (place: Page) => ({
    count: await events.countLine(place).textContent(),
    sentence: await events.sentence(events.drawer(place)).textContent(),
    rows: await events.rows(place).allTextContents(),
    title: await place.title(),
  });
  expect(await text(other)).toEqual(await text(page));
  expect(complaints.list()).toEqual([]);
  await context.close();
}

test("who stopped the instance", async ({ page, browser, request }) => {
  await askByKeyboard(page, { field: "event", begins: "StopInstances", rest: "account:prod-payments" });
  const query = events.queryOf(page) ?? "";
  await events.expectTotal(page, await events.total(request, query));
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  const answered = async (place: Page) => {
    await expect(events.sentence(events.drawer(place))).toHaveText(
      /chloe\.dubois@example\.com .*stopped EC2 instance i-[0-9a-f]{17}/,
    );
  };
  await answered(page);
  await asColleague(browser, page, answered);
});

test("who deleted the role", async ({ page, browser, request }) => {
  await askByKeyboard(page, { field: "event", begins: "DeleteRole", rest: "ledger-reconciler" });
  await events.expectTotal(page, await events.total(request, events.queryOf(page) ?? ""));
  await expect(events.rows(page)).toHaveCount(1);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  const answered = async (place: Page) => {
    const drawer = events.drawer(place);
    await expect(events.sentence(drawer)).toContainText("ledger-reconciler");
    // It was done as a role that was reached through another one: the chain tells who began.
    const chain = drawer.locator("section").filter({ has: place.getByRole("heading", { name: "Identity chain" }) });
    const steps = chain.getByRole("listitem");
    await expect(steps.first()).toContainText("hugo.silva@example.com");
    await expect(steps.filter({ hasText: "platform-maintenance" }).first()).toBeVisible();
    await expect(steps.filter({ hasText: "iam-janitor" }).first()).toBeVisible();
    await expect(steps.last()).toContainText("This event: DeleteRole");
  };
  await answered(page);
  await asColleague(browser, page, answered);
});

test("and from the answer on: what else they did then, still by keyboard", async ({ page, request }) => {
  await askByKeyboard(page, { field: "event", begins: "DeleteRole", rest: "ledger-reconciler" });
  await expect(events.rows(page)).toHaveCount(1);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  const pivot = events.drawer(page).getByRole("link", { name: "By this actor" });
  await expect(pivot).toBeVisible();
  for (let step = 0; step < 40 && !(await pivot.evaluate((link) => link === document.activeElement)); step += 1) {
    await page.keyboard.press("Tab");
  }
  await expect(pivot).toBeFocused();
  await page.keyboard.press("Enter");
  await expect.poll(() => events.queryOf(page)).toMatch(/^who:/);
  const { from, to } = Object.fromEntries(new URL(page.url()).searchParams);
  const found = await events.total(request, events.queryOf(page) ?? "", { from, to });
  expect(found).toBeGreaterThan(5);
  await events.expectTotal(page, found);
});
