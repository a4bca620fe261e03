// How the browser tests run. `cargo xtask e2e` builds everything, sets the variables below and starts this; by
// hand it is `npx playwright test` in this folder, with WAYMARK_BIN pointing at a built server.
//
//   WAYMARK_BIN           the server's binary (its site lies beside it, or WAYMARK_SITE says where)
//   WAYMARK_SAMPLE        log files of the sample account, so that the demo need not make them
//   WAYMARK_DATA          folder for what the server keeps
//   WAYMARK_PORT          port of this machine for the server
//   WAYMARK_CHROMIUM      an installed Chromium or Chrome
//   WAYMARK_TEST_OUTPUT   folder for traces and screenshots of failed tests

import { defineConfig } from "@playwright/test";

const binary = process.env.WAYMARK_BIN ?? "../target/debug/waymark";
const port = process.env.WAYMARK_PORT ?? "3199";
const origin = `http://127.0.0.1:${port}`;
const data = process.env.WAYMARK_DATA ?? "test-results/data";
const inCi = Boolean(process.env.CI);

export default defineConfig({
  testDir: "tests",
  outputDir: process.env.WAYMARK_TEST_OUTPUT ?? "test-results",
  forbidOnly: inCi,
  // A test that passes only the second time has found something; it is not asked twice.
  retries: 0,
  fullyParallel: true,
  workers: 2,
  reporter: "list",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: origin,
    browserName: "chromium",
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.WAYMARK_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    },
  },
  webServer: {
    command: `"${binary}" serve --demo --listen 127.0.0.1:${port} --data "${data}"`,
    url: `${origin}/healthz`,
    reuseExistingServer: false,
    timeout: 120_000,
    stdout: "ignore",
    stderr: "pipe",
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
  },
});
