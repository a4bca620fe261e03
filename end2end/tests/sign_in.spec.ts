// Every way to sign in, as a person goes it.

import type { Page } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { Aws } from "./support/aws";
import { answerOf, expect, test } from "./support/test";
import * as events from "./support/events_page";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Nothing is wrong with a page, light or dark, and nothing sticks out of it on a phone. */
async function isGood(page: Page) {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target)])).toEqual([]);
  }
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 800 });
  const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overhang).toBe(0);
  if (size) await page.setViewportSize(size);
}

async function openMenu(page: Page) {
  await page.getByRole("banner").locator("summary").click();
}

test("by Identity Center: a code is compared and approved, several accounts are chosen, and it is renewed by itself", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: /^Continue with/ }).click();
  const code = (await page.locator(".sign-in__code").innerText()).trim();
  expect(code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
  await expect(page.getByText("only if you have just started this sign-in yourself")).toBeVisible();
  await isGood(page);

  await page.getByRole("button", { name: "I have approved it" }).click();
  await expect(page.getByText("Not approved yet")).toBeVisible();

  const [approval] = await Promise.all([
    page.context().waitForEvent("page"),
    page.getByRole("link", { name: "Open the page" }).click(),
  ]);
  await expect(approval.getByLabel("Code")).toHaveValue(code);
  await approval.getByLabel("ana.lima@example.com").check();
  await approval.getByRole("button", { name: "Approve" }).click();
  await expect(approval.getByText("The device is signed in")).toBeVisible();
  await approval.close();

  await page.getByRole("button", { name: "I have approved it" }).click();
  await expect(page.getByRole("heading", { name: "Choose accounts" })).toBeVisible();
  // What only reads is proposed.
  await expect(page.getByLabel(/prod-payments/)).toHaveValue("ReadOnlyAccess");
  await isGood(page);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/a\/111122223333\/events/);
  await events.alive(page);
  await openMenu(page);
  for (const name of [/prod-payments/, /staging/]) {
    await expect(page.getByRole("banner").getByRole("link", { name })).toContainText(/Signed in until .* UTC, renewed by itself/);
  }
});

test.describe("with keys", () => {
  test.describe.configure({ mode: "serial" });
  let aws: Aws;
  test.beforeAll(async () => {
    aws = await Aws.start();
  });
  test.afterAll(async () => {
    await aws.stop();
  });

  test("temporary ones in single fields, long-lived ones after a warning, a role with an external id", async ({ page, complaints }) => {
    complaints.allow(answerOf(422));
    await page.goto(aws.entrance);
    await page.getByRole("button", { name: "Open Waymark" }).click();
    await expect(page).not.toHaveURL(/start/);
    const signIn = page.getByRole("button", { name: "Sign in", exact: true });

    const keys = await aws.keys("444455556666", "Auditor");
    await page.goto(`${aws.origin}/sign-in`);
    await page.getByText("Or in single fields").click();
    await page.getByLabel("Access key ID").fill(keys.id);
    await page.getByLabel("Secret access key").fill(`${keys.secret.slice(0, -1)}x`);
    await page.getByLabel("Session token").fill(keys.token);
    await signIn.click();
    const fault = page.getByRole("alert");
    await expect(fault).toContainText("the secret is not its secret");
    // What is secret comes back empty, and what is not stays.
    await expect(page.getByLabel("Access key ID")).toHaveValue(keys.id);
    await expect(page.getByLabel("Secret access key")).toHaveValue("");
    await isGood(page);
    await page.getByLabel("Secret access key").fill(keys.secret);
    await page.getByLabel("Session token").fill(keys.token);
    await signIn.click();
    await expect(page).toHaveURL(/\/a\/444455556666\/events/);

    const { id, secret } = aws.longLived;
    const block = `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
    await page.goto(`${aws.origin}/sign-in`);
    await page.getByLabel("Temporary keys").fill(block);
    await signIn.click();
    await expect(fault).toContainText("long-lived");
    await page.getByLabel("Temporary keys").fill(block);
    await page.getByLabel(/I understand/).check();
    await page.getByText("Assume a role with them").click();
    await page.getByLabel("Role ARN").fill("arn:aws:iam::777788889999:role/Vendor");
    await signIn.click();
    // The role asks for an external id.
    await expect(fault).toContainText("sts:AssumeRole");
    await page.getByLabel("Temporary keys").fill(block);
    await page.getByLabel("External ID").fill("waymark-sandbox");
    await signIn.click();
    await expect(page).toHaveURL(/\/a\/777788889999\/events/);
    await events.alive(page);
    await openMenu(page);
    await expect(page.getByRole("banner").getByRole("link", { name: /777788889999/ }).first()).toContainText("Vendor/administrator");
  });
});
