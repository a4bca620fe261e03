// The list of events as a person meets it: where things are, by their roles and names.

import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { expect } from "./test";

/** The sample account's list. */
export const LIST = "/a/sample/events";

/** The address of a search. */
export function searching(query: string, more: Record<string, string> = {}): string {
  return `${LIST}?${new URLSearchParams({ q: query, ...more })}`;
}

/** Waits until the page lives: its server-rendered form answers to links and forms only. */
export async function alive(page: Page) {
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
}

/** Opens a page and waits until it lives. */
export async function open(page: Page, address: string) {
  await page.goto(address);
  await alive(page);
}

/** How many events a search finds, as the HTTP API says. */
export async function total(
  request: APIRequestContext,
  query: string,
  more: Record<string, string> = {},
): Promise<number> {
  return (await search(request, query, { limit: "0", ...more })).total;
}

/** What the HTTP API answers to a search. */
export async function search(request: APIRequestContext, query: string, more: Record<string, string> = {}) {
  const answer = await request.get(`/api/v1/sample/events?${new URLSearchParams({ q: query, ...more })}`);
  expect(answer.status(), await answer.text()).toBe(200);
  return answer.json();
}

/** The query in the page's address. */
export function queryOf(page: Page): string | null {
  return new URL(page.url()).searchParams.get("q");
}

/** A part of the address, once it is there. */
export async function expectInAddress(page: Page, name: string, value: string | null) {
  await expect.poll(() => new URL(page.url()).searchParams.get(name), { message: `${name} in the address` }).toBe(value);
}

/** `1 to 100 of 4,321 events`, or how many there are if they fit on a page. */
export function countLine(page: Page): Locator {
  return page.getByRole("status").filter({ hasText: /^(.* of )?[\d,]+ events?$/ });
}

/** Waits until the list says that so many events match. */
export async function expectTotal(page: Page, count: number) {
  const events = count === 1 ? "event" : "events";
  await expect(countLine(page)).toHaveText(new RegExp(`(^|of )${grouped(count)} ${events}$`));
}

/**
 * Does what leads to a search in a window that moves with the clock, and waits until the list says how many match. An event
 * may have left the window between one question and the next: then either count is right.
 */
export async function expectMovingTotal(
  page: Page,
  request: APIRequestContext,
  query: string,
  more: Record<string, string>,
  lead: () => Promise<void>,
) {
  const most = await total(request, query, more);
  await lead();
  const least = async () => total(request, query, more);
  const shown = async () => {
    const [, number] = /([\d,]+) events?$/.exec((await countLine(page).textContent()) ?? "") ?? [];
    const count = Number(number?.replaceAll(",", ""));
    return count <= most && count >= (await least());
  };
  await expect.poll(shown, { message: `about ${most} events` }).toBe(true);
}

/** A number as the page writes it. */
export function grouped(number: number): string {
  return number.toLocaleString("en-US");
}

export function searchField(page: Page): Locator {
  return page.getByRole("combobox", { name: "Search events" });
}

export function table(page: Page): Locator {
  return page.getByRole("table", { name: "Events, newest first" });
}

/** The rows of events, without the head. */
export function rows(page: Page): Locator {
  return table(page).getByRole("row").filter({ has: page.getByRole("cell") });
}

/** The link of a row that opens its event. */
export function opener(row: Locator): Locator {
  return row.locator("a.event-table__open");
}

/** The heads of the columns, from left to right, without the one of the marks. */
export async function heads(page: Page): Promise<string[]> {
  return (await table(page).getByRole("columnheader").allTextContents()).slice(1);
}

/** A menu by what its button says. It unfolds without JavaScript. */
export function menu(page: Page, says: string | RegExp): Locator {
  return page.locator("details.menu > summary").filter({ hasText: says });
}

export function facets(page: Page): Locator {
  return page.getByRole("complementary", { name: "Counts by value" });
}

/** The values of a facet. */
export function facet(page: Page, title: string): Locator {
  return facets(page)
    .getByRole("group")
    .filter({ has: page.getByRole("heading", { name: title, exact: true }) });
}

/** The drawer that shows one event. */
export function drawer(page: Page): Locator {
  return page.getByRole("complementary").filter({ has: page.getByRole("link", { name: "Close", exact: true }) });
}

/** The sentence that an event opens with. */
export function sentence(place: Locator): Locator {
  return place.locator(".event__sentence");
}
