/** A command on the user's terminal in a namespace: `sysroot-namespace`, and `--altcmd`. */
import * as v from "valibot";
import { canonicalJson } from "../../base/json.ts";
import { startInNamespaces } from "../../linux/namespace.ts";
import { enterView, type View } from "../../linux/view.ts";
import { parseAs } from "../../plan/parse.ts";
import type { Platform } from "../../platform/platform.ts";
import { requireProgram } from "./executors.ts";

/** Name of the hidden subcommand that runs {@link enterInside}. */
export const ENTER_COMMAND = "enter-inside";

export interface EnterRequest {
  readonly view: View;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly network: boolean;
}

const RequestSchema = v.looseObject({
  view: v.looseObject({}),
  command: v.array(v.string()),
  env: v.record(v.string(), v.string()),
});

/** Runs the command within its view, the terminal its own; gives its exit code. */
export async function runInteractive(platform: Platform, request: EnterRequest): Promise<number> {
  const undo = platform.processes.onSignal(["SIGINT"], () => {}); // Ctrl-C is for the command
  try {
    const child = await startInNamespaces(platform, {
      argv: [...platform.host.self, ENTER_COMMAND, canonicalJson(request)],
      network: request.network,
      cwd: "/",
      env: platform.host.env,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    });
    const exit = await child.wait();
    return exit.code ?? 1;
  } finally {
    undo();
  }
}

/** The half that runs inside. */
export async function enterInside(platform: Platform, text: string): Promise<number> {
  const { view, command, env } = parseAs(RequestSchema, text, "the request", "start it by its subcommand");
  enterView(platform, view as unknown as View); // written by runInteractive just now
  platform.processes.onSignal(["SIGINT"], () => {});
  const child = await platform.processes.spawn({
    argv: [requireProgram(platform, command[0] ?? "", env.PATH ?? ""), ...command.slice(1)],
    cwd: "/",
    env,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  const exit = await child.wait();
  return exit.code ?? 1;
}
