// Events whose fields carry markup, scripts, escapes, marks that turn the direction, formulas and 100 kB of text:
// shown as text everywhere, and nothing happens.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cookie, Page } from "@playwright/test";
import { expect, test } from "./support/test";
import * as events from "./support/events_page";
import { FORMULA, KINDS, MARK, VALUES, write } from "./support/hostile";
import { Server } from "./support/server";

// One server for all of them: they stay together in one worker.
test.describe.configure({ mode: "default" });

let server: Server;
let folder: string;
let cookies: Cookie[];

test.beforeAll(async ({ browser }) => {
  folder = mkdtempSync(join(tmpdir(), "waymark-hostile-"));
  write(folder);
  server = await Server.start(folder, "hostile");
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.entrance);
  await page.getByRole("button", { name: "Open Waymark" }).click();
  await expect(page).toHaveURL(/\/a\/hostile\/events/);
  cookies = await context.cookies();
  await expect
    .poll(async () => {
      const answer = await context.request.get(`${server.origin}/api/v1/hostile/events?limit=0`);
      return (await answer.json()).coverage.taking_in;
    })
    .toBe(false);
  await context.close();
});

test.afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.beforeEach(async ({ context }) => {
  await context.addCookies(cookies);
});

function at(path: string): string {
  return `${server.origin}/a/hostile/${path}`;
}

/** Nothing of what the fields say was made part of the page: no dialog (the fixture sees to that), no element, no script. */
async function expectHarmless(page: Page) {
  expect(await page.evaluate((mark) => mark in window, MARK), "a script has run").toBe(false);
  const foreign = page.locator("img, b > b, textarea, main script, a[href^=javascript], [onerror], [onload], [onfocus]");
  const found = await foreign.evaluateAll((all) => all.map((one) => one.parentElement?.outerHTML.slice(0, 300)));
  expect(found, `what ${page.url()} should not have`).toEqual([]);
  for (const script of await page.locator("script").allTextContents()) {
    // Values stand in the page's own data, but never so that they could end it.
    expect(script).not.toMatch(/<\/?script/i);
  }
}

/** Whether a text on the page begins as the value does; long values are cut. */
function isStartOf(text: string, value: string): boolean {
  return asShown(text).slice(0, 60) === asShown(value).slice(0, 60);
}

/** HTML knows one kind of line end, and has no place for a NUL. */
function asShown(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[\0\uFFFD]/g, "");
}

/** Texts of elements, as they are and not as they look. */
function texts(page: Page, selector: string): Promise<string[]> {
  return page.locator(selector).evaluateAll((all) => all.map((one) => one.textContent ?? ""));
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "hydrated" : "JavaScript off", () => {
    test.use({ javaScriptEnabled });

    test("in the table and the facets", async ({ page }) => {
      await page.goto(at("events?q=&cols=event,who,service,resource,ip,region,result,role,agent,id"));
      if (javaScriptEnabled) await events.alive(page);
      await expect(events.rows(page)).toHaveCount(KINDS.length);
      await expectHarmless(page);
      for (const column of ["event", "ip", "region", "result", "role", "agent"]) {
        const shown = await texts(page, `td[data-col=${column}] .cell__text, td[data-col=${column}] bdi`);
        for (const kind of KINDS) {
          const isShown = shown.some((text) => isStartOf(text, VALUES[kind]));
          expect(isShown, `${kind} in column ${column}: ${shown.join("\n")}`).toBe(true);
        }
      }
      await expect(events.facet(page, "Event").getByText(VALUES.html)).toBeVisible();
      // What turns the direction is held by the element around it.
      for (const bare of await page.locator("main :text('invoice')").all()) {
        const isHeld = await bare.evaluate((element) => element.closest("bdi") !== null || element.matches("option, title"));
        expect(isHeld, await bare.evaluate((element) => element.outerHTML.slice(0, 200))).toBe(true);
      }
      // A text of any length stays on its line.
      const heights = await events.rows(page).evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
      expect(Math.max(...heights)).toBeLessThanOrEqual(33);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    });

    for (const [place, path] of [
      ["in the drawer", (kind: string) => `events?q=id:hostile-${kind}&event=hostile-${kind}`],
      ["on the event's own page", (kind: string) => `events/hostile-${kind}?q=`],
    ] as const) {
      test(place, async ({ page }) => {
        for (const kind of KINDS) {
          await page.goto(at(path(kind)));
          if (javaScriptEnabled) await events.alive(page);
          await expect(page.locator(".event__sentence")).toBeVisible();
          await expectHarmless(page);
          const shown = await texts(page, "[data-path='requestParameters.bucketName'] .json__value bdi");
          expect(shown.some((text) => isStartOf(text, VALUES[kind])), `${kind}: ${shown.join("\n").slice(0, 500)}`).toBe(true);
        }
      });
    }
  });
}

test("in comparison, suggestions and tokens", async ({ page }) => {
  await page.goto(at("events?q=&compare=hostile-html,hostile-textarea,hostile-rtl,hostile-long,hostile-svg"));
  await events.alive(page);
  const comparison = page.getByRole("region", { name: "Comparison" });
  await expect(comparison.getByRole("columnheader")).toHaveCount(6);
  await expectHarmless(page);
  await page.keyboard.press("Escape");
  await events.searchField(page).fill("event:");
  const options = page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
  await expect(options.first()).toBeVisible();
  await expectHarmless(page);
  const texts = await options.allTextContents();
  expect(texts.some((text) => text.includes("<img src=x") || text.includes("</textarea>") || text.includes("<svg"))).toBe(true);

  // A press on a hostile value searches for exactly it.
  await events.facet(page, "Event").getByText(VALUES.textarea).click();
  await events.expectTotal(page, 1);
  await expect(events.rows(page)).toHaveAttribute("data-id", "hostile-textarea");
  await expectHarmless(page);
  await expect(page).toHaveTitle(/^event:.*<\/textarea><script>/);
  await page.reload();
  await events.alive(page);
  await events.expectTotal(page, 1);
  await expectHarmless(page);
});

test("a file that is skipped is named as text, with the reason", async ({ page }) => {
  await page.goto(at("events?q="));
  await events.alive(page);
  await expect(page.getByRole("note")).toContainText("1 file skipped");
  await page.getByRole("note").getByRole("link", { name: "See which, and why" }).click();
  await expect(page.getByRole("heading", { name: "Skipped: 1 file" })).toBeVisible();
  await expect(page.getByRole("rowheader")).toContainText("<img src=x onerror=alert(6)>");
  await expectHarmless(page);
});

test("a spreadsheet finds no formula in the CSV, and JSON is as it was", async ({ context }) => {
  const csv = await (await context.request.get(`${server.origin}/api/v1/hostile/events.csv`)).text();
  const cells = readCsv(csv);
  expect(cells).toHaveLength(KINDS.length + 1);
  for (const row of cells) {
    expect(row).toHaveLength(cells[0].length);
    for (const cell of row) expect(FORMULA.test(cell), cell.slice(0, 80)).toBe(false);
  }
  const column = (name: string) => cells.slice(1).map((row) => row[cells[0].indexOf(name)]);
  expect(column("event")).toContain(`'${VALUES.formula}`);
  expect(column("errorMessage").some((cell) => cell.startsWith(VALUES.html))).toBe(true);

  const lines = (await (await context.request.get(`${server.origin}/api/v1/hostile/events.jsonl`)).text()).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).requestParameters.bucketName).sort()).toEqual(KINDS.map((kind) => VALUES[kind]).sort());
});

test("the way in is closed to others, and its code works once", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  expect((await page.goto(at("events")))?.status()).toBe(401);
  await expect(page.getByText("open only to the person who started it")).toBeVisible();
  await page.goto(server.entrance);
  await page.getByRole("button", { name: "Open Waymark" }).click();
  await expect(page).not.toHaveURL(/\/a\/hostile/);
  expect((await page.goto(at("events")))?.status()).toBe(401);
  await context.close();
});

/** The cells of a CSV file (RFC 4180). */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /("((?:[^"]|"")*)"|[^,\r\n]*)(,|\r\n|$)/y;
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (!found) throw new Error(`no CSV at ${cell.lastIndex}: ${text.slice(cell.lastIndex, cell.lastIndex + 80)}`);
    rows[rows.length - 1].push(found[2] === undefined ? found[1] : found[2].replaceAll('""', '"'));
    if (found[3] === "\r\n" && cell.lastIndex < text.length) rows.push([]);
  }
  return rows;
}
