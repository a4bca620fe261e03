// The table: keys, columns, pages.

import { expect, test } from "./support/test";
import * as events from "./support/events_page";

test("j and k go through the rows, Enter opens, Escape closes, x marks", async ({ page }) => {
  await events.open(page, events.searching("readOnly:false"));
  const row = (place: number) => events.opener(events.rows(page).nth(place));
  await page.keyboard.press("j");
  await expect(row(0)).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(row(2)).toBeFocused();
  await page.keyboard.press("k");
  await expect(row(1)).toBeFocused();

  await page.keyboard.press("Enter");
  const id = (await events.rows(page).nth(1).getAttribute("data-id")) ?? "";
  await events.expectInAddress(page, "event", id);
  await expect(events.sentence(events.drawer(page))).toBeVisible();
  await expect(events.drawer(page).getByRole("heading", { level: 2 })).toBeFocused();
  // With the drawer open the next row's event takes its place.
  await page.keyboard.press("j");
  await events.expectInAddress(page, "event", (await events.rows(page).nth(2).getAttribute("data-id")) ?? "");
  await expect(events.rows(page).nth(2)).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("Escape");
  await expect(events.drawer(page)).toBeHidden();
  await events.expectInAddress(page, "event", null);
  await expect(row(2)).toBeFocused();

  await page.keyboard.press("x");
  await events.expectInAddress(page, "marked", (await events.rows(page).nth(2).getAttribute("data-id")) ?? "");
  await expect(page.getByRole("status").filter({ hasText: "1 of 5 marked" })).toBeVisible();
});

test("/ goes to the search, ? lists the keys, Escape closes", async ({ page }) => {
  await events.open(page, events.searching("readOnly:false"));
  await page.keyboard.press("/");
  await expect(events.searchField(page)).toBeFocused();
  // A letter typed there is no shortcut.
  await page.keyboard.type("j?");
  await expect(events.searchField(page)).toHaveValue("j?");
  await expect(page.getByRole("dialog")).toBeHidden();
  await events.searchField(page).blur();

  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard and mouse" });
  await expect(help).toBeVisible();
  for (const what of ["Go to the search", "Next event", "Mark the event for comparison", "Find a command"]) {
    await expect(help.getByText(what)).toBeVisible();
  }
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
});

test("columns are chosen and reordered, and a reload keeps them", async ({ page }) => {
  await events.open(page, events.searching("readOnly:false"));
  await expect.poll(() => events.heads(page)).toEqual(["Time", "Event", "Who", "Service", "Resource", "From", "Region", "Result"]);
  await events.menu(page, "Columns").click();
  await page.getByRole("link", { name: "Hide Region" }).click();
  await page.getByRole("link", { name: "Show Access key" }).click();
  await page.getByRole("link", { name: "Move Who to the left" }).click();
  const wanted = ["Time", "Who", "Event", "Service", "Resource", "From", "Result", "Access key"];
  await expect.poll(() => events.heads(page)).toEqual(wanted);
  await events.expectInAddress(page, "cols", "time,who,event,service,resource,ip,result,key");
  await expect(events.rows(page).first().getByRole("cell")).toHaveCount(9);
  await expect(events.rows(page).first().locator("td[data-col=key]")).toHaveText(/^(A[KS]IA\w+|–)$/);
  await page.reload();
  await events.alive(page);
  await expect.poll(() => events.heads(page)).toEqual(wanted);
});

test("a column's head is dragged to another place", async ({ page }) => {
  await events.open(page, events.searching("readOnly:false"));
  const head = (name: string) => events.table(page).getByRole("columnheader", { name, exact: true });
  await head("Result").dragTo(head("Time"));
  await expect.poll(() => events.heads(page)).toEqual(["Result", "Time", "Event", "Who", "Service", "Resource", "From", "Region"]);
  await expect.poll(() => new URL(page.url()).searchParams.get("cols")).toMatch(/^result,time,event,/);
});

test("columns can be kept as the default of this browser", async ({ page }) => {
  await events.open(page, events.searching("readOnly:false", { cols: "event,who" }));
  await events.menu(page, "Columns").click();
  await page.getByRole("button", { name: "Keep as my default" }).click();
  await expect(page.getByText("These columns are now your default.")).toBeVisible();
  await events.open(page, events.searching("readOnly:false"));
  await expect.poll(() => events.heads(page)).toEqual(["Event", "Who"]);
  expect(new URL(page.url()).searchParams.get("cols")).toBeNull();
});

test("pages lead to older events and back", async ({ page, request }) => {
  await events.open(page, events.searching("readOnly:false"));
  const all = await events.total(request, "readOnly:false");
  const line = events.countLine(page);
  const pages = page.getByRole("navigation", { name: "Pages" }).filter({ hasText: "Older" }).first();
  await expect(line).toHaveText(`1 to 100 of ${events.grouped(all)} events`);
  const ids = () => events.rows(page).evaluateAll((rows) => rows.map((row) => row.getAttribute("data-id")));
  const first = await ids();
  await expect(pages.getByRole("link", { name: "Newer" })).toBeDisabled();
  await pages.getByRole("link", { name: "Older" }).click();
  await expect(line).toHaveText(`101 to 200 of ${events.grouped(all)} events`);
  const second = await ids();
  expect(new Set([...first, ...second]).size).toBe(200);
  // The API pages the same way.
  const api = (await events.search(request, "readOnly:false", { limit: "200" })).events.map((event: { eventID: string }) => event.eventID);
  expect([...first, ...second]).toEqual(api);

  await page.reload();
  await events.alive(page);
  await expect(line).toHaveText(`101 to 200 of ${events.grouped(all)} events`);
  expect(await ids()).toEqual(second);
  await page.keyboard.press("]");
  await expect(line).toHaveText(`201 to 300 of ${events.grouped(all)} events`);
  await page.keyboard.press("[");
  await expect(line).toHaveText(`101 to 200 of ${events.grouped(all)} events`);
  await pages.getByRole("link", { name: "Newer" }).click();
  await expect(line).toHaveText(`1 to 100 of ${events.grouped(all)} events`);
  expect(await ids()).toEqual(first);
});
