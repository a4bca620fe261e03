// The demo's sample identities, and forms that are sent to the server's plain pages.

import { expect, type Page } from "@playwright/test";

/** Signs in as one of the sample identities, and waits until that is done: what leaves the page before would undo it. */
export async function signInAs(page: Page, name: string) {
  await page.goto("/sign-in");
  await page.getByRole("button", { name, exact: true }).click();
  await expect(page).toHaveURL(/\/a\/\d{12}\/events/);
}

/** Does what sends a form that leads back to the same address, and waits for the new page. */
export async function sending(page: Page, send: () => Promise<void>) {
  const arrived = page.waitForEvent("domcontentloaded");
  await send();
  await arrived;
}
