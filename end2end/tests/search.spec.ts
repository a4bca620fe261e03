// The search bar: completion, and what is said about a search that cannot be read.

import { answerOf, expect, test } from "./support/test";
import * as events from "./support/events_page";

test("names of fields complete", async ({ page }) => {
  await events.open(page, events.searching(""));
  const field = events.searchField(page);
  await field.click();
  const options = page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
  // Someone who has typed nothing sees what can be asked for.
  await expect(options.filter({ hasText: /^event/ })).toBeVisible();
  await expect(field).toHaveAttribute("aria-expanded", "true");
  await field.pressSequentially("reg");
  await expect(options).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(field).toHaveValue("region:");
  // Behind a name its values come next.
  await expect(options.filter({ hasText: "eu-central-1" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(options).toHaveCount(0);
  await expect(field).toHaveValue("region:");
});

test("values complete with the number of events that have them", async ({ page, request }) => {
  await events.open(page, events.searching("account:prod-payments"));
  const field = events.searchField(page);
  await field.click();
  await page.keyboard.press("End");
  await field.pressSequentially(" event:RunInst");
  const option = page.getByRole("listbox", { name: "Suggestions" }).getByRole("option", { name: /^RunInstances/ });
  // The count is of what the rest of the search leaves.
  const count = await events.total(request, "account:prod-payments event:RunInstances");
  expect(count).toBeLessThan(await events.total(request, "event:RunInstances"));
  await expect(option).toHaveText(`RunInstances${events.grouped(count)}`);
  await option.click();
  await expect(field).toHaveValue("account:prod-payments event:RunInstances ");
  await page.keyboard.press("Enter");
  await events.expectTotal(page, count);
});

test("values of a JSON path complete too", async ({ page }) => {
  await events.open(page, events.searching(""));
  await events.searchField(page).pressSequentially("userIdentity.type:");
  const options = page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
  await expect(options.filter({ hasText: "AssumedRole" })).toBeVisible();
  await expect(options.filter({ hasText: "IAMUser" })).toBeVisible();
});

const WRONG = [
  { query: "event:StopInstances )", at: ")" },
  { query: "ip:10.0.0.0/99 event:StopInstances", at: "10.0.0.0/99" },
  { query: "(event:StopInstances", at: "(" },
  { query: 'who:"jo', at: '"' },
];

for (const { query, at } of WRONG) {
  test(`a search that cannot be read is underlined where it is wrong: ${query}`, async ({ page, request, complaints }) => {
    complaints.allow(answerOf(400));
    const api = await request.get(`/api/v1/sample/events?${new URLSearchParams({ q: query })}`);
    expect(api.status()).toBe(400);

    await events.open(page, events.searching("event:StopInstances"));
    await events.searchField(page).fill(query);
    await page.keyboard.press("Enter");
    const problem = page.getByRole("alert");
    await expect(problem).toBeVisible();
    await expect(problem.getByRole("mark")).toHaveText(at);
    await expect(problem.locator(".search-problem__text")).toHaveText(query);
    await expect(problem.locator(".search-problem__message")).toHaveText(/^[A-Z“`'(].{10,}[.?]$/);
    await expect(events.searchField(page)).toHaveAttribute("aria-invalid", "true");
    // Never an empty answer.
    await expect(page.getByRole("heading", { name: "No event matches" })).toBeHidden();
    await expect(events.table(page)).toBeHidden();
    await expect(page.getByText("cannot be read, so nothing was looked for")).toBeVisible();

    // The same when the server renders it, with the status of an error.
    const answer = await page.reload();
    expect(answer?.status()).toBe(400);
    await events.alive(page);
    await expect(problem.getByRole("mark")).toHaveText(at);

    await events.searchField(page).fill("event:StopInstances");
    await page.keyboard.press("Enter");
    await expect(problem).toBeHidden();
    await events.expectTotal(page, await events.total(request, "event:StopInstances"));
  });
}
