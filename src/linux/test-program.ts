/**
 * A program for tests, bundled and run by Node: the caller and the program within of `namespace.ts`, and the
 * checks.
 *
 * - `outside NETWORK USE VIEW PROGRAM ARGUMENT…` starts itself in namespaces; NETWORK is `network` or `none`;
 * - `check FOLDER` prints the checks of `namespace-checks.ts` as JSON;
 * - `inside USE VIEW PROGRAM ARGUMENT…` enters the view (JSON), runs the program, and ends with its code.
 */
import { describeError } from "../base/error.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import { startInNamespaces } from "./namespace.ts";
import { checkNamespaces } from "./namespace-checks.ts";
import type { Use } from "./refused-calls.ts";
import { enterView, type View } from "./view.ts";

const platform = nodePlatform();
const FAILED = 98;

async function outside([network, ...request]: readonly string[]): Promise<number | undefined> {
  const child = await startInNamespaces(platform, {
    argv: [...platform.host.self, "inside", ...request],
    network: network === "network",
    cwd: "/",
    stdin: "pipe",
    stdout: "inherit",
    stderr: "inherit",
  });
  return (await child.wait()).code;
}

async function inside([use, view, ...argv]: readonly string[]): Promise<number | undefined> {
  enterView(platform, JSON.parse(view ?? "") as View, use as Use);
  const child = await platform.processes.spawn({
    argv,
    cwd: "/",
    env: { PATH: "/bin" },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  return (await child.wait()).code;
}

async function check([folder]: readonly string[]): Promise<number> {
  platform.host.writeOut(JSON.stringify(await checkNamespaces(platform, folder ?? "")));
  return 0;
}

const ROLES: { readonly [role: string]: (args: readonly string[]) => Promise<number | undefined> } = {
  check,
  inside,
  outside,
};

try {
  const [, role = "", ...rest] = platform.host.argv;
  process.exitCode = (await ROLES[role]?.(rest)) ?? FAILED;
} catch (error) {
  platform.host.writeError(`${describeError(error)}\n`);
  process.exitCode = FAILED;
}
