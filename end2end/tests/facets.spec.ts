// Counts by value beside the list.

import { expect, test } from "./support/test";
import * as events from "./support/events_page";

/** The number at the end of a value's link. */
async function countIn(text: Promise<string | null>): Promise<number> {
  return Number(/([\d,]+) events$/.exec((await text) ?? "")?.[1].replaceAll(",", ""));
}

test("there is a facet for each of eight fields, with counts that are right", async ({ page, request }) => {
  await events.open(page, events.searching("readOnly:false"));
  const titles = events.facets(page).getByRole("heading");
  await expect(titles).toHaveText(["Event", "Service", "Who", "Region", "Account", "Source address", "Error", "Resource"]);
  const regions = events.facet(page, "Region").getByRole("listitem");
  await expect(regions).not.toHaveCount(0);
  let sum = 0;
  for (const region of await regions.all()) {
    const link = region.getByRole("link").first();
    const count = await countIn(link.textContent());
    const name = (await link.locator("bdi").textContent()) ?? "";
    expect(count, name).toBe(await events.total(request, `readOnly:false region:${name}`));
    sum += count;
  }
  expect(sum).toBe(await events.total(request, "readOnly:false region:*"));
});

test("a press on a value asks for it, and once more does not", async ({ page, request }) => {
  await events.open(page, events.searching("readOnly:false"));
  const service = events.facet(page, "Service").getByRole("link", { name: /^ec2 / });
  const count = await countIn(service.textContent());
  await service.click();
  await events.expectInAddress(page, "q", "readOnly:false service:ec2");
  await events.expectTotal(page, count);
  await expect(service).toHaveAttribute("aria-current", "true");
  // The other facets now count only what is left.
  const accounts = events.facet(page, "Account").getByRole("link", { name: /^prod-payments / });
  await expect
    .poll(() => countIn(accounts.textContent()))
    .toBe(await events.total(request, "readOnly:false service:ec2 account:prod-payments"));
  await service.click();
  await events.expectInAddress(page, "q", "readOnly:false");
  await events.expectTotal(page, await events.total(request, "readOnly:false"));
});

test("a value is left out by its button, or by Alt with a press", async ({ page, request }) => {
  await events.open(page, events.searching("readOnly:false"));
  const all = await events.total(request, "readOnly:false");
  const services = events.facet(page, "Service");
  const first = services.getByRole("listitem").first().getByRole("link").first();
  const name = (await first.locator("bdi").textContent()) ?? "";
  const count = await countIn(first.textContent());
  await services.getByRole("link", { name: `Leave out ${name}`, exact: true }).click();
  await events.expectInAddress(page, "q", `readOnly:false -service:${name}`);
  await events.expectTotal(page, all - count);
  await expect(services.getByRole("link", { name: new RegExp(`^${name} `) })).toHaveCount(0);

  const region = events.facet(page, "Region").getByRole("link", { name: /^us-east-1 / });
  const regionCount = await countIn(region.textContent());
  await region.click({ modifiers: ["Alt"] });
  await events.expectInAddress(page, "q", `readOnly:false -service:${name} -region:us-east-1`);
  await events.expectTotal(page, all - count - regionCount);
});

test("more values are one press away", async ({ page }) => {
  await events.open(page, events.searching("readOnly:false"));
  const event = events.facet(page, "Event");
  const before = await event.getByRole("listitem").count();
  const more = event.getByRole("button", { name: /^\d+ more$/ });
  const rest = Number.parseInt((await more.textContent()) ?? "");
  await more.click();
  await expect(event.getByRole("listitem")).toHaveCount(Math.min(before + rest, 100));
});

test("a value in the table is a door too", async ({ page, request }) => {
  await events.open(page, events.searching("event:StopInstances"));
  const who = events.rows(page).first().locator("td[data-col=who]").getByRole("link");
  const name = (await who.locator("bdi").first().textContent()) ?? "";
  await who.click();
  await events.expectInAddress(page, "q", `event:StopInstances who:${name}`);
  const count = await events.total(request, `event:StopInstances who:${name}`);
  await events.expectTotal(page, count);
  await page.goBack();
  const all = await events.total(request, "event:StopInstances");
  await events.expectTotal(page, all);
  await events.rows(page).first().locator("td[data-col=who]").getByRole("link").click({ modifiers: ["Alt"] });
  await events.expectInAddress(page, "q", `event:StopInstances -who:${name}`);
  await events.expectTotal(page, all - count);
});
