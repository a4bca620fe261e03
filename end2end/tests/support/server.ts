// A server of its own for a test that needs other logs than the sample account's.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const BINARY = process.env.WAYMARK_BIN ?? "../target/debug/waymark";

export class Server {
  private constructor(
    private readonly program: ChildProcess,
    private readonly folder: string,
    /** Where to enter; the code in it works once. */
    readonly entrance: string,
  ) {}

  /** Serves a folder of logs under a name, on a port of its own. */
  static async start(logs: string, name: string): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), "waymark-e2e-"));
    const program = spawn(
      BINARY,
      ["serve", "--logs", logs, "--name", name, "--listen", "127.0.0.1:0", "--data", folder],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let said = "";
    program.stderr.on("data", (text) => (said += text));
    const entrance = await new Promise<string>((resolve, reject) => {
      createInterface(program.stdout).once("line", resolve);
      program.once("error", reject);
      program.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
    });
    return new Server(program, folder, entrance);
  }

  get origin(): string {
    return new URL(this.entrance).origin;
  }

  async stop() {
    const ended = new Promise((resolve) => this.program.once("exit", resolve));
    this.program.kill("SIGTERM");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
