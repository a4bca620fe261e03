// A stand-in for AWS of a test's own, a server that reaches nothing else, and temporary keys as people get them.

import { type ChildProcess, spawn } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const BINARY = process.env.WAYMARK_BIN ?? "../target/debug/waymark";
const REGION = "eu-central-1";

export type Keys = { id: string; secret: string; token?: string };

/** Programs that belong together, and end together. */
export class Aws {
  private constructor(
    private readonly programs: ChildProcess[],
    private readonly folder: string,
    private readonly endpoint: string,
    private readonly administrator: Keys,
    /** Where to enter the server; the code in it works once. */
    readonly entrance: string,
  ) {}

  /** Starts a sandbox, and `waymark serve --aws` under the keys of its auditor. */
  static async start(): Promise<Aws> {
    const folder = mkdtempSync(join(tmpdir(), "waymark-e2e-"));
    const sandbox = spawn(BINARY, ["sandbox", "--listen", "127.0.0.1:0", "--events", "2000"]);
    const exports = await lines(sandbox, (line) => line.startsWith("export AWS_SECRET_ACCESS_KEY=") ? 1 : 0, 2);
    const value = (name: string) => exports.flatMap((line) => line.match(new RegExp(`^export ${name}=(.*)$`))?.[1] ?? []);
    const [endpoint] = value("AWS_ENDPOINT_URL");
    // The administrator comes first, and the auditor last.
    const [administrator, auditor] = value("AWS_ACCESS_KEY_ID").map((id, place) => ({
      id,
      secret: value("AWS_SECRET_ACCESS_KEY")[place] ?? "",
    }));
    if (!endpoint || !administrator || !auditor) throw new Error(`the sandbox said ${exports.join("\n")}`);
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: auditor.id,
      AWS_SECRET_ACCESS_KEY: auditor.secret,
      AWS_CONFIG_FILE: join(folder, "none"),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
    };
    const server = spawn(BINARY, ["serve", "--aws", "--listen", "127.0.0.1:0", "--data", folder], { env });
    const [entrance] = await lines(server, () => 1, 1);
    return new Aws([server, sandbox], folder, endpoint, administrator, entrance ?? "");
  }

  get origin(): string {
    return new URL(this.entrance).origin;
  }

  /** The long-lived keys of a user who may do everything. */
  get longLived(): Keys {
    return this.administrator;
  }

  /** Temporary keys of a role. */
  async keys(account: string, role: string): Promise<Required<Keys>> {
    return assume(this.endpoint, this.administrator, `arn:aws:iam::${account}:role/${role}`);
  }

  /** The same as the lines that somebody copies, which say of themselves that they end in so many seconds. */
  async lines(account: string, role: string, seconds: number): Promise<string> {
    const keys = await this.keys(account, role);
    return [
      `export AWS_ACCESS_KEY_ID=${keys.id}`,
      `export AWS_SECRET_ACCESS_KEY=${keys.secret}`,
      `export AWS_SESSION_TOKEN=${keys.token}`,
      `export AWS_CREDENTIAL_EXPIRATION=${new Date(Date.now() + seconds * 1000).toISOString()}`,
    ].join("\n");
  }

  async stop() {
    await stop(this.programs, this.folder);
  }
}

/** Ends programs one after the other, and removes what they kept. */
export async function stop(programs: ChildProcess[], folder: string) {
  for (const program of programs) {
    const ended = new Promise((resolve) => program.once("exit", resolve));
    program.kill("SIGTERM");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}

/** What a program prints, up to so many lines of a kind. */
export async function lines(program: ChildProcess, counts: (line: string) => number, most: number): Promise<string[]> {
  let said = "";
  program.stderr?.on("data", (text) => (said += text));
  return new Promise((resolve, reject) => {
    if (!program.stdout) return reject(new Error("no output"));
    const found: string[] = [];
    let count = 0;
    createInterface(program.stdout).on("line", (line) => {
      found.push(line);
      count += counts(line);
      if (count === most) resolve(found);
    });
    program.once("error", reject);
    // Once all that it said has been read.
    program.once("close", (code) => reject(new Error(`the program ended with ${code}: ${said}`)));
  });
}

/** AssumeRole, signed as AWS wants it (Signature Version 4). */
async function assume(endpoint: string, keys: Keys, role: string): Promise<Required<Keys>> {
  const body = new URLSearchParams({
    Action: "AssumeRole",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: "end2end",
    DurationSeconds: "900",
  }).toString();
  const stamp = `${new Date().toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;
  const type = "application/x-www-form-urlencoded";
  const host = new URL(endpoint).host;
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const sign = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const signed = "content-type;host;x-amz-date";
  const canonical = `POST\n/\n\ncontent-type:${type}\nhost:${host}\nx-amz-date:${stamp}\n\n${signed}\n${hash(body)}`;
  const scope = `${stamp.slice(0, 8)}/${REGION}/sts/aws4_request`;
  const key = scope.split("/").reduce<string | Buffer>(sign, `AWS4${keys.secret}`);
  const signature = sign(key, `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash(canonical)}`).toString("hex");
  const answer = await fetch(endpoint, {
    method: "POST",
    body,
    headers: {
      "content-type": type,
      "x-amz-date": stamp,
      authorization: `AWS4-HMAC-SHA256 Credential=${keys.id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
    },
  });
  const text = await answer.text();
  const value = (name: string) => {
    const found = text.match(new RegExp(`<${name}>([^<]*)</${name}>`))?.[1];
    if (!found) throw new Error(`${name} is not in ${text}`);
    return found;
  };
  return { id: value("AccessKeyId"), secret: value("SecretAccessKey"), token: value("SessionToken") };
}
