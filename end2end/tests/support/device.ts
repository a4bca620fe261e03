// Signing in by IAM Identity Center, as a person does.

import type { Page } from "@playwright/test";
import { expect } from "./test";

/** A code, its approval on another page, and the accounts as they are proposed. */
export async function signInByDevice(page: Page, origin: string, person: string) {
  await page.goto(`${origin}/sign-in`);
  await page.getByRole("button", { name: /^Continue with/ }).click();
  const opening = page.waitForEvent("popup");
  await page.getByRole("link", { name: "Open the page" }).click();
  const approval = await opening;
  await approval.getByLabel(person).check();
  await approval.getByRole("button", { name: "Approve" }).click();
  await expect(approval.getByText(/approved/i).first()).toBeVisible();
  await approval.close();
  await page.getByRole("button", { name: "I have approved it" }).click();
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/a\/\d{12}\/events/);
}
