// Every state that the pages have, each reached as a person reaches it.

import type { Page } from "@playwright/test";
import { expect } from "./test";
import * as events from "./events_page";
import { signInAs } from "./sample";

export type State = {
  /** What pictures of it are called. */
  name: string;
  /** The status of the answer, where it is an error. */
  status?: number;
  /** Goes there. */
  reach: (page: Page) => Promise<void>;
};

const ONE = "event:StopInstances account:prod-payments";
/** A list of a dozen events, for what opens over it. */
const SHORT_LIST = "event:AuthorizeSecurityGroupIngress";

async function openFirst(page: Page, query: string) {
  await events.open(page, events.searching(query));
  await events.opener(events.rows(page).first()).click();
  await expect(events.sentence(events.drawer(page))).toBeVisible();
}

export const STATES: State[] = [
  {
    name: "list",
    reach: async (page) => {
      await events.open(page, events.searching("readOnly:false"));
      await expect(events.rows(page)).toHaveCount(100);
    },
  },
  {
    name: "list-filtered",
    reach: async (page) => {
      await events.open(page, events.searching("service:ec2 -region:us-east-1 error:*", { from: "-30d" }));
      await expect(events.rows(page)).not.toHaveCount(0);
    },
  },
  {
    name: "empty",
    reach: async (page) => {
      await events.open(page, events.searching("event:NoSuchCall readOnly:false", { from: "-1h" }));
      await expect(page.getByRole("heading", { name: "No event matches" })).toBeVisible();
    },
  },
  {
    name: "syntax-error",
    status: 400,
    reach: async (page) => {
      await events.open(page, events.searching("event:StopInstances ) who:jo"));
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
  {
    name: "time-error",
    status: 400,
    reach: async (page) => {
      await events.open(page, events.searching("readOnly:false", { from: "yesterdayish" }));
      await expect(page.getByRole("alert").first()).toBeVisible();
    },
  },
  {
    name: "completion",
    reach: async (page) => {
      await events.open(page, events.searching(SHORT_LIST));
      await events.searchField(page).click();
      await page.keyboard.press("End");
      await page.keyboard.type(" who:");
      await expect(page.getByRole("option").filter({ hasText: "@example.com" })).not.toHaveCount(0);
      await page.keyboard.press("ArrowDown");
    },
  },
  {
    name: "time-menu",
    reach: async (page) => {
      await events.open(page, events.searching(SHORT_LIST, { from: "-30d" }));
      await events.menu(page, "Time range").click();
      await expect(page.getByRole("button", { name: "Apply" })).toBeVisible();
    },
  },
  {
    name: "columns-menu",
    reach: async (page) => {
      await events.open(page, events.searching(SHORT_LIST));
      await events.menu(page, "Columns").click();
      await expect(page.getByRole("link", { name: "Hide Region" })).toBeVisible();
    },
  },
  {
    name: "presets-menu",
    reach: async (page) => {
      await events.open(page, events.searching(SHORT_LIST));
      await events.menu(page, "Presets").click();
      await expect(page.getByRole("link", { name: /^Trail tampering/ })).toBeVisible();
    },
  },
  {
    name: "download-menu",
    reach: async (page) => {
      await events.open(page, events.searching(SHORT_LIST));
      await events.menu(page, "Download").click();
      await expect(page.getByText("All events that match, not only this page.")).toBeVisible();
    },
  },
  { name: "drawer", reach: (page) => openFirst(page, ONE) },
  { name: "drawer-chain", reach: (page) => openFirst(page, "event:DeleteRole ledger-reconciler") },
  { name: "drawer-failure", reach: (page) => openFirst(page, "role:github-deploy event:UpdateService error:AccessDenied*") },
  {
    name: "event-page",
    reach: async (page) => {
      await openFirst(page, ONE);
      await events.drawer(page).getByRole("heading", { level: 2 }).getByRole("link").click();
      await expect(page.getByRole("heading", { level: 1, name: "StopInstances" })).toBeVisible();
    },
  },
  {
    name: "compare",
    reach: async (page) => {
      await events.open(page, events.searching(SHORT_LIST));
      for (const _ of Array(3)) {
        await page.keyboard.press("j");
        await page.keyboard.press("x");
      }
      await page.getByRole("link", { name: "Compare", exact: true }).click();
      await expect(page.getByRole("checkbox", { name: "Only what differs" })).toBeVisible();
    },
  },
  {
    name: "palette",
    reach: async (page) => {
      await events.open(page, events.searching(SHORT_LIST));
      await page.keyboard.press("Control+k");
      await expect(page.getByRole("dialog", { name: "Commands" })).toBeVisible();
    },
  },
  {
    name: "help",
    reach: async (page) => {
      await events.open(page, events.searching(SHORT_LIST));
      await page.keyboard.press("?");
      await expect(page.getByRole("dialog", { name: "Keyboard and mouse" })).toBeVisible();
    },
  },
  {
    name: "report",
    reach: async (page) => {
      await events.open(page, "/a/sample/taking-in");
      await expect(page.getByText("Events added")).toBeVisible();
    },
  },
  {
    name: "saved-searches",
    reach: async (page) => {
      await events.open(page, events.searching(SHORT_LIST));
      await events.menu(page, "Saved").click();
      await expect(page.getByLabel("Save this search as")).toBeVisible();
    },
  },
  {
    name: "access-log",
    reach: async (page) => {
      await events.open(page, events.searching("event:ConsoleLogin"));
      await page.goto("/access-log");
      await expect(page.getByRole("cell", { name: "event:ConsoleLogin" }).first()).toBeVisible();
    },
  },
  {
    name: "sessions",
    reach: async (page) => {
      await signInAs(page, "Newcomer");
      await page.goto("/sessions");
      await expect(page.getByText("This browser")).toBeVisible();
    },
  },
  {
    name: "all-accounts",
    reach: async (page) => {
      await signInAs(page, "Auditor");
      await events.open(page, "/a/all/events?q=event:StopInstances&from=-30d");
      await expect(events.rows(page).first()).toBeVisible();
    },
  },
  {
    name: "forget",
    reach: async (page) => {
      await signInAs(page, "Auditor");
      await page.goto("/forget/777788889999");
      await expect(page.getByRole("button", { name: "Delete what was fetched" })).toBeVisible();
    },
  },
  {
    name: "not-found",
    status: 404,
    reach: async (page) => {
      await events.open(page, "/no/such/page");
      await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
    },
  },
];
