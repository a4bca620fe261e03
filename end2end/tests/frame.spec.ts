// What is the same on every page: clock, theme, density, commands, and the ways to the other pages.

import { answerOf, expect, test } from "./support/test";
import * as events from "./support/events_page";

test.describe("in New York", () => {
  test.use({ timezoneId: "America/New_York" });

  test("times are in UTC, or local if preferred, also after a reload", async ({ page }) => {
    await events.open(page, events.searching("readOnly:false"));
    const first = events.rows(page).first().getByRole("time");
    const instant = new Date((await first.getAttribute("datetime")) ?? "");
    const utc = instant.toISOString().replace("T", " ").slice(0, 19);
    // Swedes write dates as they sort.
    const local = instant.toLocaleString("sv-SE", { timeZone: "America/New_York" });
    expect(local).not.toBe(utc);
    await expect(first).toHaveText(utc);
    await page.getByRole("button", { name: "Times are in UTC; show local time" }).click();
    await expect(first).toHaveText(local);
    await page.reload();
    await events.alive(page);
    await expect(first).toHaveText(local);
    await page.getByRole("button", { name: "Times are local; show UTC" }).click();
    await expect(first).toHaveText(utc);
  });
});

test("the theme follows the system until one is chosen, and a reload keeps it", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await events.open(page, events.searching("readOnly:false"));
  const brightness = () =>
    page.evaluate(() => {
      const canvas = new OffscreenCanvas(1, 1).getContext("2d") as OffscreenCanvasRenderingContext2D;
      canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
      return canvas.getImageData(0, 0, 1, 1).data[1];
    });
  expect(await brightness()).toBeGreaterThan(230);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await brightness()).toBeLessThan(50);
  await page.getByRole("button", { name: "Theme: as the system; change to light" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  expect(await brightness()).toBeGreaterThan(230);
  await page.getByRole("button", { name: "Theme: light; change to dark" }).click();
  await page.emulateMedia({ colorScheme: "light" });
  expect(await brightness()).toBeLessThan(50);
  await page.reload();
  await events.alive(page);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  expect(await brightness()).toBeLessThan(50);
});

test("rows are comfortable or compact, also after a reload", async ({ page }) => {
  await events.open(page, events.searching("readOnly:false"));
  const height = async () => (await events.rows(page).nth(3).boundingBox())?.height ?? 0;
  expect(await height()).toBeCloseTo(32, 0);
  await page.getByRole("button", { name: "Make rows compact" }).click();
  await expect.poll(height).toBeCloseTo(26, 0);
  await page.reload();
  await events.alive(page);
  expect(await height()).toBeCloseTo(26, 0);
});

test("the command palette does by name what the page can do", async ({ page, request }) => {
  await events.open(page, events.searching("readOnly:false"));
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Commands" });
  const field = palette.getByRole("combobox", { name: "Find a command" });
  await expect(field).toBeFocused();
  const ask = async (what: string) => {
    await expect(palette).toBeHidden();
    await page.keyboard.press("Control+k");
    await expect(field).toBeFocused();
    await page.keyboard.type(what);
  };
  await page.keyboard.type("root act");
  await expect(palette.getByRole("option")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(palette).toBeHidden();
  await expect.poll(() => events.queryOf(page)).toMatch(/^userIdentity\.type:Root/);
  await events.expectTotal(page, await events.total(request, events.queryOf(page) ?? ""));

  await ask("theme: dark");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");

  await ask("download csv");
  const coming = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  expect((await coming).suggestedFilename()).toMatch(/\.csv$/);

  await ask("go to a time");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Go to", { exact: true })).toBeFocused();

  await page.getByRole("button", { name: "Commands" }).click();
  await expect(field).toBeFocused();
  await page.keyboard.type("nothing is called this");
  await expect(palette.getByText("No command has this name.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(palette).toBeHidden();
});

test("the report says what was taken in", async ({ page, request }) => {
  await events.open(page, events.searching("readOnly:false"));
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Taking in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "What was taken in" })).toBeVisible();
  await expect(page).toHaveTitle("Taking in · sample · Waymark");
  const added = page.getByRole("definition").nth(3);
  await expect(page.getByRole("term").nth(3)).toHaveText("Events added");
  // Insights events are taken in too; a list shows them when they are asked for.
  const all = (await events.total(request, "")) + (await events.total(request, "category:Insight"));
  await expect(added).toHaveText(events.grouped(all));
  await expect(page.getByText("Every file was taken in whole.")).toBeVisible();
  await page.reload();
  await events.alive(page);
  await expect(added).toHaveText(events.grouped(all));
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Events" }).click();
  await events.expectTotal(page, await events.total(request, "readOnly:false"));
});

test("an address that leads nowhere says so, with the way back", async ({ page, complaints }) => {
  complaints.allow(answerOf(404));
  const answer = await page.goto("/no/such/page");
  expect(answer?.status()).toBe(404);
  await events.alive(page);
  await expect(page.getByRole("heading", { level: 1, name: "There is no such page" })).toBeVisible();
  await expect(page).toHaveTitle("No such page · Waymark");
  await page.getByRole("link", { name: "go to the events" }).click();
  await expect(events.rows(page)).toHaveCount(100);
});

test("an account that does not exist is said to be unknown", async ({ page, complaints }) => {
  complaints.allow(answerOf(404));
  const answer = await page.goto("/a/nobody/events?q=");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("alert")).toContainText("No such account");
});

test("the keyboard reaches the content past the frame", async ({ page }) => {
  await events.open(page, events.searching("readOnly:false"));
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});
