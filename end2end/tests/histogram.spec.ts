// Events over time: bars that are links, zoom by buttons and by dragging, a legend that filters.

import type { Page } from "@playwright/test";
import { expect, test } from "./support/test";
import * as events from "./support/events_page";

function chart(page: Page) {
  return page.getByRole("figure", { name: "Events over time" });
}

function bars(page: Page) {
  return chart(page).getByRole("list", { name: "Bars, oldest first" }).getByRole("link");
}

/** The numbers of a bar: `2026-11-20 09:00:00 to 10:00:00: 1,203 events, 1,200 read, 3 write, 0 failed`. */
function numbers(text: string | null) {
  const found = /: ([\d,]+) events?, ([\d,]+) read, ([\d,]+) write, ([\d,]+) failed$/.exec(text ?? "");
  expect(found, text ?? "no name").not.toBeNull();
  const [events, reads, writes, errors] = (found as RegExpExecArray).slice(1).map((n) => Number(n.replaceAll(",", "")));
  return { events, reads, writes, errors };
}

function window(page: Page) {
  const { from, to } = Object.fromEntries(new URL(page.url()).searchParams);
  return { from, to };
}

test("the bars together are the whole list, and each says what it holds", async ({ page, request }) => {
  await events.open(page, events.searching(""));
  await expect(bars(page)).not.toHaveCount(0);
  const sum = { events: 0, reads: 0, writes: 0, errors: 0 };
  for (const name of await bars(page).evaluateAll((all) => all.map((bar) => bar.getAttribute("aria-label")))) {
    const bar = numbers(name);
    expect(bar.reads + bar.writes + bar.errors, name ?? "").toBe(bar.events);
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += bar[key];
  }
  expect(sum.events).toBe(await events.total(request, ""));
  expect(sum.errors).toBe(await events.total(request, "error:*"));
  expect(sum.reads).toBe(await events.total(request, "readOnly:true -error:*"));
  const legend = chart(page).getByRole("listitem").getByRole("link");
  await expect(legend.filter({ hasText: "Errors" })).toHaveText(`Errors ${events.grouped(sum.errors)}`);
  await expect(legend.filter({ hasText: "Reads" })).toHaveText(`Reads ${events.grouped(sum.reads)}`);
});

test("a bar zooms into its time, and the window survives filters, drawer and reload", async ({ page, request }) => {
  await events.open(page, events.searching("readOnly:false"));
  const bar = bars(page).nth(20);
  const { events: count } = numbers(await bar.getAttribute("aria-label"));
  await bar.click();
  await expect.poll(() => window(page).to).toBeTruthy();
  const zoomed = window(page);
  await events.expectTotal(page, count);
  expect(await events.total(request, "readOnly:false", zoomed)).toBe(count);

  await events.facet(page, "Service").getByRole("listitem").first().getByRole("link").first().click();
  await expect.poll(() => events.queryOf(page)).toMatch(/^readOnly:false service:/);
  expect(window(page)).toEqual(zoomed);
  await events.expectTotal(page, await events.total(request, events.queryOf(page) ?? "", zoomed));
  await events.opener(events.rows(page).first()).click();
  await expect(events.drawer(page)).toBeVisible();
  expect(window(page)).toEqual(zoomed);
  await page.reload();
  await events.alive(page);
  expect(window(page)).toEqual(zoomed);
  await events.expectTotal(page, await events.total(request, events.queryOf(page) ?? "", zoomed));
});

test("bars are walked with the arrow keys and read out", async ({ page }) => {
  await events.open(page, events.searching("readOnly:false"));
  await bars(page).first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const third = bars(page).nth(2);
  await expect(third).toBeFocused();
  await expect(chart(page).locator(".histogram__readout")).toHaveText((await third.getAttribute("aria-label")) ?? "");
  await page.keyboard.press("End");
  await expect(bars(page).last()).toBeFocused();
  const { events: count } = numbers(await bars(page).last().getAttribute("aria-label"));
  await page.keyboard.press("Enter");
  await events.expectTotal(page, count);
});

test("dragging over bars zooms into that time", async ({ page, request }) => {
  await events.open(page, events.searching(""));
  const all = await events.total(request, "");
  await events.expectTotal(page, all);
  const plot = await chart(page).locator(".histogram__plot").boundingBox();
  if (!plot) throw new Error("the chart is not drawn");
  const at = (share: number) => [plot.x + plot.width * share, plot.y + plot.height / 2] as const;
  await page.mouse.move(...at(0.25));
  await page.mouse.down();
  await page.mouse.move(...at(0.4), { steps: 5 });
  await page.mouse.move(...at(0.5), { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => window(page).from).toBeTruthy();
  const count = await events.total(request, "", window(page));
  expect(count).toBeGreaterThan(all / 8);
  expect(count).toBeLessThan(all / 2);
  await events.expectTotal(page, count);
});

test("buttons zoom and move for those who do not drag", async ({ page, request }) => {
  const newest = (await events.search(request, "", { limit: "1" })).events[0].eventTime as string;
  const day = (back: number) => new Date(Date.parse(newest.slice(0, 10)) - back * 86_400_000).toISOString().replace(".000", "");
  await events.open(page, events.searching("", { from: day(14), to: day(10) }));
  const zoom = chart(page).getByRole("list", { name: "Move through time" });
  const step = async (name: string, from: string, to: string) => {
    await zoom.getByRole("link", { name, exact: true }).click();
    await events.expectInAddress(page, "from", from);
    await events.expectInAddress(page, "to", to);
    await events.expectTotal(page, await events.total(request, "", { from, to }));
  };
  await step("Zoom in", day(13), day(11));
  await step("Later", day(12), day(10));
  await step("Earlier", day(13), day(11));
  await step("Zoom out", day(14), day(10));
});

test("an entry of the legend filters", async ({ page, request }) => {
  await events.open(page, events.searching(""));
  const entry = chart(page).getByRole("link", { name: /^Errors/ });
  await entry.click();
  await events.expectInAddress(page, "q", "error:*");
  await events.expectTotal(page, await events.total(request, "error:*"));
  await expect(entry).toHaveAttribute("aria-current", "true");
  await entry.click();
  await events.expectInAddress(page, "q", "");
});

test("the pointer reads a bar out", async ({ page }) => {
  await events.open(page, events.searching(""));
  const readout = chart(page).locator(".histogram__readout");
  await expect(readout).toHaveText(/^One bar is .*, in UTC$/);
  const bar = bars(page).nth(10);
  await bar.hover();
  await expect(readout).toHaveText((await bar.getAttribute("aria-label")) ?? "");
});
