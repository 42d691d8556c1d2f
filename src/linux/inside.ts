/**
 * The program within, for tests: `inside.ts VIEW-AS-JSON PROGRAM ARGUMENT…` enters the view, runs the
 * program there and ends with its code.
 */
import { describeError } from "../base/error.ts";
import { nodePlatform } from "../platform/node.ts";
import { enterView, type View } from "./view.ts";

const platform = nodePlatform();
try {
  const [, view, ...argv] = platform.host.argv;
  enterView(platform, JSON.parse(view ?? "") as View);
  const child = await platform.processes.spawn({
    argv,
    cwd: "/",
    env: { PATH: "/bin" },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  process.exitCode = (await child.wait()).code ?? 99;
} catch (error) {
  platform.host.writeError(`${describeError(error)}\n`);
  process.exitCode = 98;
}
