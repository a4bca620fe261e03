// Several records under one event id: each has an address, and leads to the others.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Cookie, Page } from "@playwright/test";
import { expect, test } from "./support/test";
import { Server } from "./support/server";

// One server for all of them: they stay together in one worker.
test.describe.configure({ mode: "default" });

const ID = "9daf34e6-0000-4000-8000-000000000001";
/** Seconds at which the records say that it happened: the latest is the newest. */
const SECONDS = [10, 11, 12];

let server: Server;
let folder: string;
let cookies: Cookie[];

test.beforeAll(async ({ browser }) => {
  folder = mkdtempSync(join(tmpdir(), "waymark-versions-"));
  writeFileSync(join(folder, "a.json"), JSON.stringify({ Records: SECONDS.map(record) }));
  server = await Server.start(folder, "versions");
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.entrance);
  await page.getByRole("button", { name: "Open Waymark" }).click();
  await expect(page).toHaveURL(/\/a\/versions\/events/);
  cookies = await context.cookies();
  const total = async () => {
    const answer = await context.request.get(`${server.origin}/api/v1/versions/events?limit=0`);
    return (await answer.json()).total;
  };
  await expect.poll(total).toBe(SECONDS.length);
  await context.close();
});

test.afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.beforeEach(async ({ context }) => {
  await context.addCookies(cookies);
});

function record(second: number) {
  return {
    eventVersion: "1.11",
    userIdentity: { type: "IAMUser", arn: "arn:aws:iam::111122223333:user/jo", accountId: "111122223333", userName: "jo" },
    eventTime: `2026-11-20T10:00:${second}Z`,
    eventSource: "ec2.amazonaws.com",
    eventName: "StopInstances",
    awsRegion: "eu-west-1",
    sourceIPAddress: "203.0.113.7",
    userAgent: "aws-cli/2.17",
    readOnly: false,
    eventID: ID,
    eventType: "AwsApiCall",
    eventCategory: "Management",
    recipientAccountId: "111122223333",
  };
}

/** The links to the other records; each says when, and which is the newest. */
function others(page: Page) {
  return page.locator(".event-page__versions li");
}

async function expectShown(page: Page, second: number) {
  await expect(page.locator(".event-page__where")).toContainText(`10:00:${second}`);
  await expect(others(page)).toHaveCount(SECONDS.length - 1);
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "hydrated" : "JavaScript off", () => {
    test.use({ javaScriptEnabled });

    test("each is reached from the others, and the newest has the event's own address", async ({ page }) => {
      const own = `${server.origin}/a/versions/events/${ID}?q=who:jo`;
      await page.goto(own);
      if (javaScriptEnabled) await expect(page.locator("html")).toHaveAttribute("data-hydrated", /.*/);
      await expectShown(page, 12);
      await expect(page.getByText("Below is the newest.")).toBeVisible();

      await others(page).filter({ hasText: "10:00:10" }).getByRole("link").click();
      await expect(page).toHaveURL(/&version=[0-9a-f]{64}$/);
      await expectShown(page, 10);
      await expect(page).toHaveTitle(/10:00:10, an older record/);
      await page.reload();
      await expectShown(page, 10);

      await others(page).filter({ hasText: "10:00:11" }).getByRole("link").click();
      await expectShown(page, 11);
      await page.goBack();
      await expectShown(page, 10);
      await others(page).filter({ hasText: "the newest" }).getByRole("link").click();
      await expect(page).toHaveURL(own);
      await expectShown(page, 12);
    });
  });
}

for (const width of [390, 1280]) {
  test(`axe finds nothing at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(`${server.origin}/a/versions/events/${ID}?q=`);
    await expectShown(page, 12);
    const { violations } = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
      .analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target)])).toEqual([]);
  });
}
