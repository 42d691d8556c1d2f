/**
 * Started by `many-children.test.ts` with a lower limit: prints the limit that a child of this process gets.
 */
import { quickjsPlatform } from "../../src/platform/quickjs/platform.ts";

const { processes } = quickjsPlatform();
const argv = ["/bin/sh", "-c", "ulimit -S -n"];
const streams = { stdin: "ignore", stdout: "inherit", stderr: "inherit" } as const;
await (await processes.spawn({ argv, cwd: "/", env: {}, ...streams })).wait();
