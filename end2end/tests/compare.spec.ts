// Up to five events side by side.

import { expect, test } from "./support/test";
import * as events from "./support/events_page";

test("five events are compared, and only what differs is shown on demand", async ({ page }) => {
  await events.open(page, events.searching("event:AuthorizeSecurityGroupIngress"));
  for (const _ of Array(5)) {
    await page.keyboard.press("j");
    await page.keyboard.press("x");
  }
  await expect(page.getByRole("status").filter({ hasText: "5 of 5 marked" })).toBeVisible();
  await page.getByRole("link", { name: "Compare", exact: true }).click();
  const comparison = page.getByRole("region", { name: "Comparison" });
  await expect(comparison.getByRole("heading", { name: "Comparison" })).toBeFocused();
  const values = comparison.getByRole("table").getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(comparison.getByRole("columnheader")).toHaveCount(6);

  const says = /^(\d+) of (\d+) values differ$/.exec((await comparison.getByText("values differ").textContent()) ?? "");
  const [differing, all] = [Number(says?.[1]), Number(says?.[2])];
  expect(differing).toBeGreaterThan(0);
  expect(differing).toBeLessThan(all);
  await expect(values.filter({ visible: true })).toHaveCount(all);
  await comparison.getByRole("checkbox", { name: "Only what differs" }).check();
  await expect(values.filter({ visible: true })).toHaveCount(differing);
  for (const row of await values.filter({ visible: true }).all()) {
    const cells = await row.getByRole("cell").allTextContents();
    expect(new Set(cells).size, cells.join(" | ")).toBeGreaterThan(1);
  }
  await expect(values.filter({ has: page.getByRole("rowheader", { name: "eventID", exact: true }) })).toBeVisible();
  await expect(values.filter({ has: page.getByRole("rowheader", { name: "eventSource", exact: true }) })).toBeHidden();

  await page.reload();
  await events.alive(page);
  await expect(comparison.getByRole("columnheader")).toHaveCount(6);
  await comparison.getByRole("link", { name: "Leave this event out" }).first().click();
  await expect(comparison.getByRole("columnheader")).toHaveCount(5);
  await page.keyboard.press("Escape");
  await expect(comparison).toBeHidden();
  await events.expectInAddress(page, "compare", null);
});

test("marks are five at most, the oldest goes first, and can be taken away", async ({ page }) => {
  await events.open(page, events.searching("event:AuthorizeSecurityGroupIngress"));
  const marks = events.table(page).getByRole("link", { name: /^Mark for comparison: / });
  const taken = events.table(page).getByRole("link", { name: /^Unmark / });
  await marks.first().click();
  await expect(page.getByText("Mark one more to compare")).toBeVisible();
  for (let count = 2; count <= 6; count += 1) {
    await marks.nth(count === 6 ? 0 : 0).click();
    await expect(page.getByRole("status").filter({ hasText: `${Math.min(count, 5)} of 5 marked` })).toBeVisible();
  }
  await expect(taken).toHaveCount(5);
  // The first row was marked first: it made room for the sixth.
  await expect(events.rows(page).first().getByRole("link", { name: /^Mark for comparison/ })).toBeVisible();
  await page.getByRole("link", { name: "Clear", exact: true }).click();
  await expect(taken).toHaveCount(0);
});
