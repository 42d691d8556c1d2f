/**
 * For tests only: runs a tool of ours, and the original that judges it. Ours runs in this process on Node's
 * platform, or, if `BQ2_PROGRAM` names an executable (`bq2` on QuickJS), with that.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeNetwork } from "../platform/node/network.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import { runApplet } from "./applet.ts";
import { APPLETS, type AppletTable } from "./table.ts";

export interface Finished {
  readonly code: number | null;
  readonly out: Buffer;
  readonly error: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly input?: Buffer | string;
  readonly env?: { readonly [name: string]: string };
}

const PROGRAM = process.env.BQ2_PROGRAM;

const ENV = { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" };

export async function runOurs(name: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  if (PROGRAM !== undefined) return runProgram(PROGRAM, [name, ...args], options);
  const table: AppletTable = APPLETS;
  const load = table[name];
  if (load === undefined) throw new Error(`there is no command ${name}`);
  const folder = mkdtempSync(join(tmpdir(), "bq2-applet-"));
  writeFileSync(join(folder, "in"), options.input ?? "");
  const stdin = openSync(join(folder, "in"), "r");
  const stdout = openSync(join(folder, "out"), "w");
  let error = "";
  const platform = nodePlatform();
  const host = {
    ...platform.host,
    cwd: options.cwd,
    env: { ...ENV, ...options.env },
    writeError: (text: string) => {
      error += text;
    },
  };
  const context = { platform: { ...platform, host }, network: nodeNetwork, stdin, stdout };
  try {
    const code = await runApplet(name, await load(), context, args);
    return { code, out: readFileSync(join(folder, "out")), error };
  } finally {
    closeSync(stdin);
    closeSync(stdout);
    rmSync(folder, { recursive: true });
  }
}

/** Does not block: the server of a test may be in this process. */
export function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  const child = spawn(program, args, { cwd: options.cwd, env: { ...ENV, ...options.env } });
  const out: Buffer[] = [];
  let error = "";
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => {
    error += chunk.toString("latin1");
  });
  child.stdin.on("error", () => {}); // it may end without reading
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out: Buffer.concat(out), error }));
  });
}
