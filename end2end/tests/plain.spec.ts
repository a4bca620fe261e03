// Reading without JavaScript: the server renders pages, filters are links and forms.

import { answerOf, expect, test } from "./support/test";
import * as events from "./support/events_page";

test.use({ javaScriptEnabled: false });

test("the list is there, with its counts, and nothing that needs a script is offered", async ({ page, request }) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/a\/sample\/events\?q=readOnly:false$/);
  await expect(page.locator("html")).not.toHaveAttribute("data-hydrated");
  await events.expectTotal(page, await events.total(request, "readOnly:false"));
  await expect(events.rows(page)).toHaveCount(100);
  await expect(page.getByRole("figure", { name: "Events over time" }).getByRole("link").first()).toBeVisible();
  await expect(events.facets(page).getByRole("heading")).toHaveCount(8);
  for (const name of ["Commands", "Keyboard shortcuts", "Keep as my default"]) {
    await expect(page.getByRole("button", { name })).toBeHidden();
  }
  await expect(page.getByRole("button", { name: /more$/ })).toHaveCount(0);
  await expect(page.locator(".skeleton").filter({ visible: true })).toHaveCount(0);
});

test("a search is sent as a form", async ({ page, request }) => {
  await page.goto(events.searching("readOnly:false", { from: "-30d" }));
  await events.searchField(page).fill("event:StopInstances");
  await page.getByRole("button", { name: "Search" }).click();
  await events.expectInAddress(page, "q", "event:StopInstances");
  // The form sends what it does not ask for along.
  await events.expectInAddress(page, "from", "-30d");
  await events.expectTotal(page, await events.total(request, "event:StopInstances", { from: "-30d" }));
});

test("a search that cannot be read is explained", async ({ page, complaints }) => {
  complaints.allow(answerOf(400));
  await page.goto(events.searching("event:x )"));
  await expect(page.getByRole("alert").getByRole("mark")).toHaveText(")");
  await expect(page.getByText("cannot be read, so nothing was looked for")).toBeVisible();
});

test("facets, tokens, toggles and values are links", async ({ page, request }) => {
  await page.goto(events.searching("readOnly:false"));
  await events.facet(page, "Service").getByRole("link", { name: /^ec2\b.* events$/ }).click();
  await expect(page).toHaveURL(/service:ec2/);
  await events.expectTotal(page, await events.total(request, "readOnly:false service:ec2"));
  await events.facet(page, "Region").getByRole("link", { name: "Leave out us-east-1" }).click();
  await events.expectTotal(page, await events.total(request, "readOnly:false service:ec2 -region:us-east-1"));
  await page.getByRole("link", { name: /^Remove service:ec2/ }).click();
  await events.expectInAddress(page, "q", "readOnly:false -region:us-east-1");
  await page.getByRole("list", { name: "Narrow down" }).getByRole("link", { name: "Errors only" }).click();
  await events.expectTotal(page, await events.total(request, "readOnly:false -region:us-east-1 error:*"));
});

test("a bar zooms, a time range is chosen from its menu or typed", async ({ page, request }) => {
  await page.goto(events.searching("readOnly:false"));
  const bars = page.getByRole("list", { name: "Bars, oldest first" }).getByRole("link");
  const count = Number(/: ([\d,]+) events?,/.exec((await bars.nth(30).getAttribute("aria-label")) ?? "")?.[1].replaceAll(",", ""));
  await bars.nth(30).click();
  await events.expectTotal(page, count);
  await events.menu(page, "Time range").click();
  await events.expectMovingTotal(page, request, "readOnly:false", { from: "-7d" }, () =>
    page.getByRole("link", { name: "7 days", exact: true }).click(),
  );
  await events.menu(page, "Time range").click();
  await page.getByLabel("From", { exact: true }).fill("-3d");
  await events.expectMovingTotal(page, request, "readOnly:false", { from: "-3d" }, () =>
    page.getByRole("button", { name: "Apply" }).click(),
  );
});

test("pages and columns are links, going to a time is a form", async ({ page, request }) => {
  await page.goto(events.searching("readOnly:false"));
  const all = events.grouped(await events.total(request, "readOnly:false"));
  await page.getByRole("link", { name: "Older" }).first().click();
  await expect(events.countLine(page)).toHaveText(`101 to 200 of ${all} events`);
  await page.getByRole("link", { name: "Newer" }).first().click();
  await expect(events.countLine(page)).toHaveText(`1 to 100 of ${all} events`);
  await page.getByLabel("Go to", { exact: true }).fill("-20d");
  await page.getByRole("button", { name: "Go", exact: true }).click();
  await expect(events.countLine(page)).not.toHaveText(/^1 to/);
  await events.menu(page, "Columns").click();
  await page.getByRole("link", { name: "Hide Region" }).click();
  expect(await events.heads(page)).not.toContain("Region");
});

test("an event opens in the drawer, and on a page of its own", async ({ page }) => {
  await page.goto(events.searching("event:StopInstances account:prod-payments"));
  await events.opener(events.rows(page).first()).click();
  const sentence = events.sentence(events.drawer(page));
  await expect(sentence).toHaveText(/stopped EC2 instance/);
  const said = (await sentence.textContent()) ?? "";
  await expect(events.drawer(page).getByText("requestParameters", { exact: true })).toBeVisible();
  await expect(events.drawer(page).getByRole("button", { name: /^Copy/ })).toHaveCount(0);
  await events.drawer(page).getByRole("heading", { level: 2 }).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: "StopInstances" })).toBeVisible();
  await expect(events.sentence(page.getByRole("main"))).toHaveText(said);
  await page.goBack();
  await events.drawer(page).getByRole("link", { name: "Close", exact: true }).click();
  await expect(events.drawer(page)).toHaveCount(0);
});

test("marked events are compared, and only what differs is a checkbox", async ({ page }) => {
  await page.goto(events.searching("event:AuthorizeSecurityGroupIngress"));
  const marks = events.table(page).getByRole("link", { name: /^Mark for comparison: / });
  await marks.first().click();
  await marks.first().click();
  await page.getByRole("link", { name: "Compare", exact: true }).click();
  const comparison = page.getByRole("region", { name: "Comparison" });
  const says = /^(\d+) of (\d+) values differ$/.exec((await comparison.getByText("values differ").textContent()) ?? "");
  const values = comparison.getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(values.filter({ visible: true })).toHaveCount(Number(says?.[2]));
  await comparison.getByRole("checkbox", { name: "Only what differs" }).check();
  await expect(values.filter({ visible: true })).toHaveCount(Number(says?.[1]));
});

test("the report and the page for wrong addresses are there", async ({ page, request, complaints }) => {
  complaints.allow(answerOf(404));
  await page.goto(events.searching("readOnly:false"));
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Taking in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "What was taken in" })).toBeVisible();
  const all = (await events.total(request, "")) + (await events.total(request, "category:Insight"));
  await expect(page.getByRole("definition").nth(3)).toHaveText(events.grouped(all));
  await page.goto("/no/such/page");
  await expect(page.getByRole("heading", { level: 1, name: "There is no such page" })).toBeVisible();
});
