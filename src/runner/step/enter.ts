/** A command on the user's terminal in a namespace: `sysroot-namespace`, and `--altcmd`. */
import { canonicalJson } from "../../base/json.ts";
import { startInNamespaces } from "../../linux/namespace.ts";
import { enterView } from "../../linux/view.ts";
import { parseAs } from "../../plan/parse.ts";
import type { Platform } from "../../platform/platform.ts";
import { requireProgram } from "./executors.ts";
import { type EnterRequest, EnterRequestSchema } from "./request.ts";

/** Name of the hidden subcommand that runs {@link enterInside}. */
export const ENTER_COMMAND = "enter-inside";

/** Runs the command within its view, on the caller's terminal, with or without the host's network; gives its exit code. */
export async function runInteractive(
  platform: Platform,
  request: EnterRequest,
  network: boolean,
): Promise<number> {
  const undo = platform.processes.onSignal(["SIGINT"], () => {}); // Ctrl-C is for the command
  try {
    const child = await startInNamespaces(platform, {
      argv: [...platform.host.self, ENTER_COMMAND, canonicalJson(request)],
      network,
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
  const hint = "start it by its subcommand";
  const { view, command, env } = parseAs(EnterRequestSchema, text, "the request", hint);
  enterView(platform, view);
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
