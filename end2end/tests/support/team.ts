// A deployment shared by a team, in front of a sandbox of its own whose credentials are short.

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lines, stop } from "./aws";

const BINARY = process.env.WAYMARK_BIN ?? "../target/debug/waymark";

export class Team {
  private constructor(
    private readonly programs: ChildProcess[],
    private readonly folder: string,
    readonly origin: string,
  ) {}

  /** Starts both. Credentials of Identity Center's roles are good for so many seconds. */
  static async start(seconds: number): Promise<Team> {
    const folder = mkdtempSync(join(tmpdir(), "waymark-team-"));
    const sandbox = spawn(BINARY, ["sandbox", "--listen", "127.0.0.1:0", "--events", "2000", "--role-seconds", String(seconds)]);
    const exports = await lines(sandbox, (line) => (line.startsWith("export AWS_ENDPOINT_URL=") ? 1 : 0), 1);
    const endpoint = exports.find((line) => line.startsWith("export AWS_ENDPOINT_URL="))?.split("=")[1] ?? "";
    writeFileSync(join(folder, "key"), randomBytes(32).toString("base64"), { mode: 0o600 });
    // Its port stands in its configuration. Somebody else may take a port that was free a moment ago: then it is another one.
    for (let tries = 5; ; tries -= 1) {
      try {
        const [server, origin] = await serve(folder, endpoint);
        return new Team([server, sandbox], folder, origin);
      } catch (error) {
        if (tries > 1 && String(error).includes("Address already in use")) continue;
        await stop([sandbox], folder);
        throw error;
      }
    }
  }

  async stop() {
    await stop(this.programs, this.folder);
  }
}

/** Starts the server, and says where it is. */
async function serve(folder: string, endpoint: string): Promise<[ChildProcess, string]> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const config = [
    `public_origin = "${origin}"`,
    `listen = "127.0.0.1:${port}"`,
    `data_dir = "data"`,
    `vault_keys = ["file:key"]`,
    `start_urls = [{ url = "${endpoint}/start", region = "eu-central-1", title = "Example Corp" }]`,
    `[endpoints]`,
    `all = "${endpoint}"`,
  ];
  writeFileSync(join(folder, "waymark.toml"), config.join("\n"));
  const server = spawn(BINARY, ["serve", "--config", join(folder, "waymark.toml")]);
  await lines(server, (line) => (line.includes("listening") ? 1 : 0), 1);
  return [server, origin];
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
