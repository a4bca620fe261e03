// Taking what a search found away as a file.

import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test } from "./support/test";
import * as events from "./support/events_page";

/** Presses a format in the download menu and reads the file. */
async function download(page: Page, format: string): Promise<{ name: string; text: string }> {
  await events.menu(page, "Download").click();
  const coming = page.waitForEvent("download");
  await page.locator(".download").getByRole("link").filter({ has: page.getByText(format, { exact: true }) }).click();
  const file = await coming;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

test("CSV, JSON and JSON Lines hold all that was found, and only that", async ({ page, request }) => {
  const query = "readOnly:false service:lambda";
  // A window that stands still while the files come.
  const from = new Date(Date.now() - 60 * 86_400_000).toISOString().slice(0, 10);
  const count = await events.total(request, query, { from });
  expect(count).toBeGreaterThan(100);
  await events.open(page, events.searching(query, { from }));
  await events.expectTotal(page, count);

  const csv = await download(page, "CSV");
  expect(csv.name).toMatch(/^sample-events-[\d-]+\.csv$|^events\.csv$/);
  const lines = csv.text.split("\r\n");
  expect(lines[0]).toBe(
    "time,event,service,who,whoKind,user,role,account,accountName,region,ip,error,errorMessage,resource,key,agent," +
      "readOnly,category,userIdentity.arn,requestParameters,requestID,id",
  );
  expect(lines.at(-1)).toBe("");
  expect(lines.length - 2).toBe(count);
  expect(lines.slice(1, -1).every((line) => /^\d{4}-\d\d-\d\dT[\d:]+Z,\w+,lambda,/.test(line))).toBe(true);

  const lineByLine = await download(page, "JSON Lines");
  expect(lineByLine.name).toMatch(/\.jsonl$/);
  const records = lineByLine.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  expect(records).toHaveLength(count);
  expect(records.every((record) => record.eventSource === "lambda.amazonaws.com" && record.readOnly === false)).toBe(true);

  const json = await download(page, "JSON");
  expect(json.name).toMatch(/\.json$/);
  expect(JSON.parse(json.text)).toEqual(records);
  // The page is still there.
  await events.expectTotal(page, count);
});

test("a download is as large as it has to be", async ({ page, request }) => {
  await events.open(page, events.searching(""));
  const { text } = await download(page, "JSON Lines");
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  expect(lines).toBe(await events.total(request, ""));
});
