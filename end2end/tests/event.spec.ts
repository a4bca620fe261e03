// One event: in the drawer beside the list, and on a page of its own.

import { answerOf, expect, test } from "./support/test";
import * as events from "./support/events_page";

test("the drawer opens with the answer and survives a reload", async ({ page }) => {
  await events.open(page, events.searching("event:StopInstances account:prod-payments"));
  await events.opener(events.rows(page).first()).click();
  const drawer = events.drawer(page);
  const sentence = events.sentence(drawer);
  await expect(sentence).toHaveText(
    /^On \d+ \w+ \d{4} at [\d:]+ UTC, \S+ .*stopped EC2 instance i-\w+.* in [\w-]+ from \S+ using .+\.$/,
  );
  for (const heading of ["Identity chain", "Resources", "Details", "Related events", "Record"]) {
    await expect(drawer.getByRole("heading", { level: 3, name: heading })).toBeVisible();
  }
  const said = await sentence.textContent();
  await page.reload();
  await events.alive(page);
  await expect(sentence).toHaveText(said ?? "");
  await drawer.getByRole("link", { name: "Close", exact: true }).click();
  await expect(drawer).toBeHidden();
  await events.expectInAddress(page, "event", null);
});

test("the drawer's title leads to the event's own page, and back to the list", async ({ page, request }) => {
  await events.open(page, events.searching("event:StopInstances account:prod-payments", { from: "-30d" }));
  await events.opener(events.rows(page).first()).click();
  const sentence = await events.sentence(events.drawer(page)).textContent();
  await events.drawer(page).getByRole("heading", { level: 2 }).getByRole("link").click();
  await expect(page).toHaveURL(/\/a\/sample\/events\/[0-9a-f-]{36}\?/);
  await expect(page.getByRole("heading", { level: 1, name: "StopInstances" })).toBeVisible();
  await expect(events.sentence(page.getByRole("main"))).toHaveText(sentence ?? "");
  await expect(page).toHaveTitle(/^StopInstances by \S+, \d{4}-\d\d-\d\d [\d:]+ · Waymark$/);
  await page.reload();
  await events.alive(page);
  await expect(events.sentence(page.getByRole("main"))).toHaveText(sentence ?? "");
  await page.getByRole("navigation", { name: "Back" }).getByRole("link", { name: "Events" }).click();
  // The window survives the jump.
  await events.expectInAddress(page, "from", "-30d");
  const query = "event:StopInstances account:prod-payments";
  await events.expectTotal(page, await events.total(request, query, { from: "-30d" }));
});

test("a value in the sentence, a fact and a pivot lead on", async ({ page, request }) => {
  await events.open(page, events.searching("event:StopInstances account:prod-payments"));
  await events.opener(events.rows(page).first()).click();
  const drawer = events.drawer(page);
  const time = (await events.rows(page).first().getByRole("time").getAttribute("datetime")) ?? "";
  const who = await events.sentence(drawer).locator(".event__value--who").textContent();
  await drawer.getByRole("navigation", { name: "Around this event" }).getByRole("link", { name: "By this actor" }).click();
  await events.expectInAddress(page, "q", `who:${who}`);
  const { from, to } = Object.fromEntries(new URL(page.url()).searchParams);
  expect(Date.parse(time) - Date.parse(from)).toBe(30 * 60_000);
  expect(Date.parse(to) - Date.parse(time)).toBe(30 * 60_000);
  await events.expectTotal(page, await events.total(request, `who:${who}`, { from, to }));

  await page.goBack();
  await events.sentence(drawer).getByRole("link", { name: who ?? "" }).click();
  await events.expectInAddress(page, "q", `event:StopInstances account:prod-payments who:${who}`);
  await page.goBack();
  await drawer.getByRole("link", { name: "Only events without this ip" }).click();
  await expect.poll(() => events.queryOf(page)).toMatch(/^event:StopInstances account:prod-payments -ip:/);
  await events.expectTotal(page, await events.total(request, events.queryOf(page) ?? ""));
});

test("the record is a tree that can be searched, folded and copied", async ({ page, context, request }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await events.open(page, events.searching("event:StopInstances account:prod-payments"));
  await events.opener(events.rows(page).first()).click();
  const drawer = events.drawer(page);
  const id = new URL(page.url()).searchParams.get("event");
  const raw = await (await request.get(`/api/v1/sample/events/${id}`)).json();
  const record = raw.record ?? raw.event ?? raw;
  const instance = record.requestParameters.instancesSet.items[0].instanceId as string;

  const value = drawer.locator("[data-path='requestParameters.instancesSet.items']").getByText(instance);
  const find = drawer.getByRole("searchbox", { name: "Find in this record" });
  await find.fill(instance);
  await expect(value).toBeVisible();
  await expect(drawer.getByRole("status").filter({ hasText: /^\d+ found$/ })).toBeVisible();
  await expect(drawer.locator("[data-path=eventVersion]")).toBeHidden();
  await find.fill("no such text");
  await expect(drawer.getByRole("status").filter({ hasText: "nothing found" })).toBeVisible();
  await find.fill("");
  await expect(drawer.locator("[data-path=eventVersion]")).toBeVisible();
  await drawer.getByRole("button", { name: "Fold all", exact: true }).click();
  await expect(value).toBeHidden();
  await drawer.getByRole("button", { name: "Unfold all" }).click();
  await expect(value).toBeVisible();

  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await drawer.getByRole("button", { name: "Copy the record" }).click();
  await expect.poll(async () => JSON.parse(await copied())).toEqual(record);
  await drawer.locator("[data-path=userIdentity]").first().getByRole("button", { name: "Copy userIdentity" }).click();
  await expect.poll(async () => JSON.parse(await copied())).toEqual(record.userIdentity);
  await drawer.locator("[data-path=eventName]").getByRole("button", { name: "Copy eventName" }).click();
  await expect.poll(copied).toBe("StopInstances");
});

test("an error is explained", async ({ page }) => {
  await events.open(page, events.searching("role:github-deploy event:UpdateService error:AccessDenied*"));
  await events.opener(events.rows(page).first()).click();
  const failure = events.drawer(page).getByRole("region", { name: "Why it failed" });
  await expect(failure).toContainText("Missing permission");
  await expect(failure).toContainText("ecs:UpdateService");
});

test("an id that nobody knows is said to be unknown", async ({ page, complaints }) => {
  complaints.allow(answerOf(404));
  const answer = await page.goto("/a/sample/events/00000000-0000-0000-0000-000000000000");
  await events.alive(page);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("alert")).toBeVisible();
  await events.open(page, events.searching("readOnly:false", { event: "00000000-0000-0000-0000-000000000000" }));
  await expect(events.drawer(page).getByRole("alert")).toBeVisible();
  // The list beside it is there all the same.
  await expect(events.rows(page)).toHaveCount(100);
});
