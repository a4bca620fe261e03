// What every browser test starts from: a browser that must not complain, and a server that has taken everything in.

import { expect, request, test as base, type BrowserContext } from "@playwright/test";

/** What browsers said that nobody wants to hear: errors in the console, errors that no script caught, dialogs. */
export class Complaints {
  private found: string[] = [];
  private allowed: RegExp[] = [];

  /** Listens to all pages of a browser context, now and later. */
  watch(context: BrowserContext) {
    context.on("console", (message) => {
      if (message.type() === "error") {
        this.found.push(`console: ${message.text()} (${message.location().url})`);
      }
    });
    context.on("weberror", (error) => {
      this.found.push(`page: ${error.error().stack ?? error.error().message}`);
    });
    context.on("dialog", (dialog) => {
      this.found.push(`dialog: ${dialog.message()}`);
      // A script's box would hold the page until the test runs out of time.
      dialog.dismiss().catch(() => undefined);
    });
  }

  /** Some pages are errors themselves: the browser notes every answer of 400 and above. */
  allow(pattern: RegExp) {
    this.allowed.push(pattern);
  }

  /** What was said and not allowed. */
  list(): string[] {
    return this.found.filter((text) => !this.allowed.some((pattern) => pattern.test(text)));
  }
}

/** The browser's note on an answer with this status. */
export function answerOf(status: number): RegExp {
  return new RegExp(`^console: Failed to load resource: .* status of ${status} `);
}

type EachTest = { complaints: Complaints };
type EachWorker = { takenIn: void };

export const test = base.extend<EachTest, EachWorker>({
  // The server answers while it takes the sample's files in. Counts hold still once it is through.
  takenIn: [
    async ({}, use, worker) => {
      const server = await request.newContext({ baseURL: worker.project.use.baseURL });
      await expect
        .poll(async () => (await (await server.get("/api/v1/sample/events?limit=0")).json()).coverage.taking_in, {
          message: "the sample account is taken in",
          timeout: 120_000,
        })
        .toBe(false);
      await server.dispose();
      await use();
    },
    { scope: "worker", auto: true, timeout: 130_000 },
  ],
  complaints: [
    async ({ context }, use) => {
      const complaints = new Complaints();
      complaints.watch(context);
      await use(complaints);
      expect(complaints.list(), "what the browser complained about").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
