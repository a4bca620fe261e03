// Every state of the pages, light and dark, on a phone and on a desk: axe finds nothing, nothing sticks out to the
// side, and a picture is kept for people to look at (in WAYMARK_SHOTS, or with the other results of the run).

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page, TestInfo } from "@playwright/test";
import { answerOf, expect, test } from "./support/test";
import { STATES } from "./support/states";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const THEMES = ["light", "dark"] as const;
/** What of the rules depends on the theme. */
const COLOURS = ["color-contrast", "link-in-text-block"];

// What moves is looked at when it has arrived.
test.use({ contextOptions: { reducedMotion: "reduce" } });

async function keepPicture(page: Page, info: TestInfo, name: string) {
  const folder = process.env.WAYMARK_SHOTS ?? join(info.project.outputDir, "pictures");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** What axe finds. Rows and values repeat, and axe looks long at each: the first of them stand for all. */
async function findings(page: Page, theme: (typeof THEMES)[number]) {
  const axe = new AxeBuilder({ page });
  const { violations } = await (theme === "light" ? axe.withTags(RULES) : axe.withRules(COLOURS))
    .exclude(".event-table__row:nth-child(n + 9)")
    .exclude(".facet__value:nth-child(n + 5)")
    .exclude(".histogram__slot:nth-child(n + 9)")
    .analyze();
  return violations.map(({ id, help, nodes }) => ({
    rule: `${id}: ${help}`,
    at: nodes.slice(0, 5).map((node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`),
    count: nodes.length,
  }));
}

for (const state of STATES) {
  for (const width of [390, 1280]) {
    test(`${state.name} at ${width} px`, async ({ page, complaints }, info) => {
      if (state.status) complaints.allow(answerOf(state.status));
      await page.setViewportSize({ width, height: width < 500 ? 844 : 800 });
      await state.reach(page);
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme });
        await keepPicture(page, info, `${state.name}-${width}-${theme}`);
        expect.soft(await findings(page, theme), `${theme}, ${width} px`).toEqual([]);
      }
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overhang, "pixels that the page sticks out to the side").toBe(0);
      // What opens over the page is to be seen whole, or scrolls by itself.
      for (const menu of await page.locator(".menu[open] .menu__body, .completion, dialog[open]").filter({ visible: true }).all()) {
        const { x, width: wide } = (await menu.boundingBox()) ?? { x: -1, width: 0 };
        expect(x, "left end of what opened").toBeGreaterThanOrEqual(0);
        expect(x + wide, "right end of what opened").toBeLessThanOrEqual(width);
      }
    });
  }
}

for (const name of ["list", "drawer-chain", "compare"]) {
  test(`${name} on a wide screen`, async ({ page }, info) => {
    await page.setViewportSize({ width: 1920, height: 1080 });
    await STATES.find((state) => state.name === name)?.reach(page);
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      await keepPicture(page, info, `${name}-1920-${theme}`);
    }
    // The main column fills the width.
    const main = await page.getByRole("main").boundingBox();
    expect(main?.width).toBeGreaterThan(1500);
  });
}
