/** Runs a command on the user's terminal in a namespace, for `sysroot-namespace` and `--altcmd`. */
import { HIDDEN_COMMANDS } from "../../base/hidden-commands.ts";
import { canonicalJson } from "../../base/json.ts";
import { startInNamespaces } from "../../linux/namespace.ts";
import { enterView } from "../../linux/view.ts";
import { parseAs } from "../../plan/parse.ts";
import type { Platform } from "../../platform/platform.ts";
import { requireProgram } from "../../platform/require-program.ts";
import { type EnterRequest, EnterRequestSchema } from "./request.ts";

/** Runs a command in its view, on the caller's terminal; returns its exit code. `network`: use the host's. */
export async function runInteractive(
  platform: Platform,
  request: EnterRequest,
  network: boolean,
): Promise<number> {
  const undo = platform.processes.onSignal(["SIGINT"], () => {}); // Ctrl-C is for the command
  try {
    const child = await startInNamespaces(platform, {
      argv: [...platform.host.self, HIDDEN_COMMANDS.enter, canonicalJson(request)],
      network,
      cwd: "/",
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
  const hint = "start it by its subcommand";
  const { view, use, command, env } = parseAs(EnterRequestSchema, text, "the request", hint);
  enterView(platform, view, use);
  platform.processes.onSignal(["SIGINT"], () => {});
  const [name = "", ...args] = command;
  const search = { path: env.PATH ?? "", hint: "name another command, or install it there first" };
  const child = await platform.processes.spawn({
    argv: [requireProgram(platform, name, search), ...args],
    cwd: "/",
    env,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  const exit = await child.wait();
  return exit.code ?? 1;
}
