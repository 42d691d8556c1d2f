/**
 * `run-applet.ts NAME ARGUMENT...`: runs a command of the image on Node, for tools that start it themselves.
 */
import { APPLETS, findApplet } from "../src/applets/table.ts";
import { nodeNetwork } from "../src/platform/node/network.ts";
import { nodePlatform } from "../src/platform/node/platform.ts";

const [name = "", ...args] = process.argv.slice(2);
const context = { platform: nodePlatform(), network: nodeNetwork, stdin: 0, stdout: 1 };
const run = await findApplet(APPLETS, name, async () => context);
if (run === undefined) throw new Error(`there is no command ${name}`);
process.exitCode = await run(args);
