// The time window: presets, any other, and going to a time in the list.

import { answerOf, expect, test } from "./support/test";
import * as events from "./support/events_page";

test("spans before now and before the last event can be chosen", async ({ page, request }) => {
  await events.open(page, events.searching("readOnly:false"));
  await expect(events.menu(page, "Time range")).toHaveText("Time range: Everything");
  await events.menu(page, "Time range").click();
  await events.expectMovingTotal(page, request, "readOnly:false", { from: "-7d" }, async () => {
    await page.getByRole("link", { name: "7 days", exact: true }).click();
    await events.expectInAddress(page, "from", "-7d");
  });
  await expect(events.menu(page, "Time range")).toHaveText("Time range: Last 7 days");
  await expect(page).toHaveTitle("readOnly:false, Last 7 days · sample · Waymark");
  const week = await events.total(request, "readOnly:false", { from: "-7d" });
  expect(week).toBeLessThan(await events.total(request, "readOnly:false"));

  await events.menu(page, "Time range").click();
  await page.getByRole("link", { name: "Last day", exact: true }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get("to")).toMatch(/^\d{4}-.*Z$/);
  const { from, to } = Object.fromEntries(new URL(page.url()).searchParams);
  expect(Date.parse(to) - Date.parse(from)).toBe(24 * 3600 * 1000);
  await events.expectTotal(page, await events.total(request, "readOnly:false", { from, to }));

  await events.menu(page, "Time range").click();
  await page.getByRole("link", { name: "Everything", exact: true }).click();
  await events.expectInAddress(page, "from", null);
  await events.expectTotal(page, await events.total(request, "readOnly:false"));
});

test("any window can be typed, and survives filters", async ({ page, request }) => {
  const newest = (await events.search(request, "", { limit: "1" })).events[0].eventTime as string;
  const day = (back: number) => new Date(Date.parse(newest) - back * 86_400_000).toISOString().slice(0, 10);
  const window = { from: day(9), to: `${day(6)}T12:30Z` };
  await events.open(page, events.searching(""));
  await events.menu(page, "Time range").click();
  await page.getByLabel("From", { exact: true }).fill(window.from);
  await page.getByLabel("To (not included)").fill(window.to);
  await page.getByRole("button", { name: "Apply" }).click();
  await events.expectInAddress(page, "from", window.from);
  await events.expectInAddress(page, "to", window.to);
  await expect(events.menu(page, "Time range")).toHaveText(`Time range: ${day(9)} to ${day(6)} 12:30`);
  await events.expectTotal(page, await events.total(request, "", window));

  await events.searchField(page).fill("error:*");
  await page.keyboard.press("Enter");
  await events.expectInAddress(page, "q", "error:*");
  await events.expectInAddress(page, "from", window.from);
  await events.expectTotal(page, await events.total(request, "error:*", window));
  const times = await events.rows(page).getByRole("time").evaluateAll((all) => all.map((one) => one.getAttribute("datetime") ?? ""));
  for (const time of times) {
    expect(Date.parse(time)).toBeGreaterThanOrEqual(Date.parse(window.from));
    expect(Date.parse(time)).toBeLessThan(Date.parse(window.to));
  }
});

test("a time that is none gets a clear answer, not an empty list", async ({ page, request, complaints }) => {
  complaints.allow(answerOf(400));
  await events.open(page, events.searching(""));
  await events.menu(page, "Time range").click();
  await page.getByLabel("From", { exact: true }).fill("yesterdayish");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("alert")).toContainText("yesterdayish");
  await expect(page.getByRole("heading", { name: "No event matches" })).toBeHidden();
  expect((await page.reload())?.status()).toBe(400);
  await expect(page.getByRole("alert")).toContainText("yesterdayish");
  await events.alive(page);
  expect((await request.get("/api/v1/sample/events?from=yesterdayish")).status()).toBe(400);
});

test("the list goes to a time and says where it is", async ({ page, request }) => {
  await events.open(page, events.searching(""));
  const all = await events.total(request, "");
  await events.expectTotal(page, all);
  const newest = (await events.search(request, "", { limit: "1" })).events[0].eventTime as string;
  const at = new Date(Date.parse(newest) - 30 * 86_400_000).toISOString().slice(0, 16) + "Z";
  await page.keyboard.press("g");
  await expect(page.getByLabel("Go to", { exact: true })).toBeFocused();
  await page.keyboard.type(at);
  await page.keyboard.press("Enter");
  await events.expectInAddress(page, "at", at);
  const newer = await events.total(request, "", { from: at });
  const after = new RegExp(`^${events.grouped(newer + 1)} to ${events.grouped(newer + 100)} of`);
  await expect(events.countLine(page)).toHaveText(after);
  await events.expectTotal(page, all);
  const first = await events.rows(page).first().getByRole("time").getAttribute("datetime");
  expect(Date.parse(first ?? "")).toBeLessThanOrEqual(Date.parse(at));
  await page.getByRole("link", { name: "Newest" }).first().click();
  await events.expectInAddress(page, "at", null);
  await expect(events.countLine(page)).toHaveText(/^1 to 100 of/);
});
