// Opening the list of events, and what stands above it.

import { expect, test } from "./support/test";
import * as events from "./support/events_page";

test("opened without a search, the list shows what was changed and says so in its address", async ({ page, request }) => {
  await events.open(page, "/");
  await expect(page).toHaveURL(/\/a\/sample\/events\?q=readOnly:false$/);
  await events.expectTotal(page, await events.total(request, "readOnly:false"));
  await expect(page).toHaveTitle("readOnly:false · sample · Waymark");
  await expect(events.rows(page)).toHaveCount(100);

  const tokens = page.getByRole("list", { name: "What the search asks for" });
  await expect(tokens.getByRole("listitem")).toHaveText(["readOnly:false"]);
  await tokens.getByRole("link", { name: "Remove readOnly:false from the search" }).click();
  await events.expectInAddress(page, "q", "");
  await events.expectTotal(page, await events.total(request, ""));
  await expect(page).toHaveTitle("All events · sample · Waymark");
  await expect(tokens).toBeHidden();
});

test("every token of a search can be taken away", async ({ page, request }) => {
  await events.open(page, events.searching("service:ec2 -region:us-east-1 error:*"));
  const tokens = page.getByRole("list", { name: "What the search asks for" });
  await expect(tokens.getByRole("listitem")).toHaveText(["service:ec2", "-region:us-east-1", "error:*", "Clear all"]);
  await tokens.getByRole("link", { name: "Remove -region:us-east-1 from the search" }).click();
  await events.expectInAddress(page, "q", "service:ec2 error:*");
  await events.expectTotal(page, await events.total(request, "service:ec2 error:*"));
  await expect(events.searchField(page)).toHaveValue("service:ec2 error:*");
  await tokens.getByRole("link", { name: "Clear all" }).click();
  await events.expectTotal(page, await events.total(request, ""));
});

test("toggles put their terms into the search and take them out again", async ({ page, request }) => {
  await events.open(page, events.searching("service:lambda"));
  const toggles = page.getByRole("list", { name: "Narrow down" });
  for (const [name, term] of [
    ["Writes only", "readOnly:false"],
    ["Errors only", "error:*"],
  ]) {
    const toggle = toggles.getByRole("link", { name });
    await expect(toggle).not.toHaveAttribute("aria-current");
    await toggle.click();
    await events.expectInAddress(page, "q", `service:lambda ${term}`);
    await expect(toggle).toHaveAttribute("aria-current", "true");
    await events.expectTotal(page, await events.total(request, `service:lambda ${term}`));
    await toggle.click();
    await events.expectInAddress(page, "q", "service:lambda");
  }

  await events.open(page, events.searching(""));
  await toggles.getByRole("link", { name: "Hide AWS services" }).click();
  await expect.poll(() => events.queryOf(page)).toBeTruthy();
  const without = await events.total(request, events.queryOf(page) ?? "");
  expect(without).toBeLessThan(await events.total(request, ""));
  await events.expectTotal(page, without);
});

test("every preset is one press away and finds something in the sample", async ({ page, request }) => {
  await events.open(page, events.searching(""));
  const everything = await events.total(request, "");
  const names = [
    "Recent changes",
    "Errors",
    "Root activity",
    "IAM changes",
    "Sign-ins",
    "Security groups opened",
    "Trail tampering",
  ];
  for (const name of names) {
    await events.menu(page, "Presets").click();
    const preset = page.locator(".presets").getByRole("link", { name: new RegExp(`^${name}`) });
    const query = (await preset.getByRole("code").textContent()) ?? "";
    await preset.click();
    await events.expectInAddress(page, "q", query);
    const count = await events.total(request, query);
    expect(count, name).toBeGreaterThan(0);
    expect(count, name).toBeLessThan(everything);
    await events.expectTotal(page, count);
  }
});

test("back and forward go through searches", async ({ page, request }) => {
  await events.open(page, events.searching("event:StopInstances"));
  await events.expectTotal(page, await events.total(request, "event:StopInstances"));
  await events.searchField(page).fill("event:DeleteRole");
  await page.keyboard.press("Enter");
  await events.expectTotal(page, await events.total(request, "event:DeleteRole"));
  await page.goBack();
  await expect(events.searchField(page)).toHaveValue("event:StopInstances");
  await events.expectTotal(page, await events.total(request, "event:StopInstances"));
  await page.goForward();
  await expect(events.searchField(page)).toHaveValue("event:DeleteRole");
  await events.expectTotal(page, await events.total(request, "event:DeleteRole"));
});

test("a list without events says why, and the way on works", async ({ page, request }) => {
  await events.open(page, events.searching("event:NoSuchCall readOnly:false", { from: "-1h" }));
  await expect(page.getByRole("heading", { name: "No event matches" })).toBeVisible();
  await expect(events.countLine(page)).toHaveText("0 events");
  await expect(page.getByText("none fits this search in this time (Last 1 hour)")).toBeVisible();
  await page.getByRole("link", { name: "Search the whole time" }).click();
  await events.expectInAddress(page, "from", null);
  await expect(page.getByRole("link", { name: "Search the whole time" })).toBeHidden();
  await page.getByRole("link", { name: "Clear the search" }).click();
  await events.expectTotal(page, await events.total(request, ""));
});
