// Counts by value beside the list.

import type { Locator } from "@playwright/test";
import { expect, test } from "./support/test";
import * as events from "./support/events_page";

/** How many events a value of a facet says it has. */
async function countOf(value: Locator): Promise<number> {
  const text = (await value.locator(".facet__count").textContent()) ?? "";
  return Number(/^([\d,]+) events$/.exec(text)?.[1].replaceAll(",", ""));
}

/** The links that ask for the values of a facet. */
function values(facet: Locator): Locator {
  return facet.getByRole("link", { name: /[\d,]+ events$/ });
}

test("there is a facet for each of eight fields, with counts that are right", async ({ page, request }) => {
  await events.open(page, events.searching("readOnly:false"));
  const titles = events.facets(page).getByRole("heading");
  await expect(titles).toHaveText(["Event", "Service", "Who", "Region", "Account", "Source address", "Error", "Resource"]);
  const regions = values(events.facet(page, "Region"));
  await expect(regions).not.toHaveCount(0);
  let sum = 0;
  for (const region of await regions.all()) {
    const count = await countOf(region);
    const name = (await region.locator("bdi").textContent()) ?? "";
    expect(count, name).toBe(await events.total(request, `readOnly:false region:${name}`));
    sum += count;
  }
  expect(sum).toBe(await events.total(request, "readOnly:false region:*"));
});

test("a press on a value asks for it, and once more does not", async ({ page, request }) => {
  await events.open(page, events.searching("readOnly:false"));
  const service = values(events.facet(page, "Service")).filter({ hasText: /^ec2/ });
  const count = await countOf(service);
  await service.click();
  await expect.poll(() => events.queryOf(page)).toMatch(/^readOnly:false service:ec2(\.amazonaws\.com)?$/);
  await events.expectTotal(page, count);
  await expect(service).toHaveAttribute("aria-current", "true");
  // The other facets now count only what is left.
  const account = values(events.facet(page, "Account")).filter({ hasText: "prod-payments" });
  await expect
    .poll(() => countOf(account))
    .toBe(await events.total(request, "readOnly:false service:ec2 account:prod-payments"));
  await service.click();
  await events.expectInAddress(page, "q", "readOnly:false");
  await events.expectTotal(page, await events.total(request, "readOnly:false"));
});

test("a value is left out by its button, or by Alt with a press", async ({ page, request }) => {
  await events.open(page, events.searching("readOnly:false"));
  const all = await events.total(request, "readOnly:false");
  const services = events.facet(page, "Service");
  const first = values(services).first();
  const name = (await first.locator("bdi").textContent()) ?? "";
  const count = await countOf(first);
  await services.getByRole("link", { name: `Leave out ${name}`, exact: true }).click();
  await expect.poll(() => events.queryOf(page)).toMatch(new RegExp(`^readOnly:false -service:${name}(\\.amazonaws\\.com)?$`));
  const without = events.queryOf(page);
  await events.expectTotal(page, all - count);
  await expect(values(services).filter({ hasText: name })).toHaveCount(0);

  const region = values(events.facet(page, "Region")).filter({ hasText: "us-east-1" });
  const regionCount = await countOf(region);
  await region.click({ modifiers: ["Alt"] });
  await events.expectInAddress(page, "q", `${without} -region:us-east-1`);
  await events.expectTotal(page, all - count - regionCount);
});

test("more values are one press away", async ({ page }) => {
  await events.open(page, events.searching("readOnly:false"));
  const addresses = events.facet(page, "Source address");
  const before = await values(addresses).count();
  const more = addresses.getByRole("button", { name: /^\d+ more$/ });
  const all = before + Number.parseInt((await more.textContent()) ?? "");
  await more.click();
  const after = Math.min(all, 100);
  await expect(values(addresses)).toHaveCount(after);
  await expect(more).toBeHidden();
  // What is not listed even now is said, with the way to it.
  if (all > after) await expect(addresses).toContainText(`${all - after} more: type ip: in the search`);
});

test("a value in the table is a door too", async ({ page, request }) => {
  await events.open(page, events.searching("event:AuthorizeSecurityGroupIngress"));
  const who = events.rows(page).first().locator("td[data-col=who]").getByRole("link");
  const name = (await who.locator("bdi").first().textContent()) ?? "";
  await who.click();
  await events.expectInAddress(page, "q", `event:AuthorizeSecurityGroupIngress who:${name}`);
  const count = await events.total(request, `event:AuthorizeSecurityGroupIngress who:${name}`);
  await events.expectTotal(page, count);
  await page.goBack();
  const all = await events.total(request, "event:AuthorizeSecurityGroupIngress");
  await events.expectTotal(page, all);
  await events.rows(page).first().locator("td[data-col=who]").getByRole("link").click({ modifiers: ["Alt"] });
  await events.expectInAddress(page, "q", `event:AuthorizeSecurityGroupIngress -who:${name}`);
  await events.expectTotal(page, all - count);
});
