/** Runs the platform's contract on QuickJS. */
import { systemCall } from "../../src/linux/syscalls.ts";
import { platformContract } from "../../src/platform/contract/contract.ts";
import { networkContract } from "../../src/platform/contract/network.ts";
import { SIGNALS } from "../../src/platform/linux-abi.ts";
import { quickjsNetwork } from "../../src/platform/quickjs/network.ts";
import { quickjsPlatform } from "../../src/platform/quickjs/platform.ts";

const platform = quickjsPlatform();
platformContract({
  name: "quickjs",
  platform,
  folder: `/tmp/bq2-contract-${platform.host.pid}`,
  decompressors: ["gzip", "xz", "bzip2"],
  hasHoles: true,
  hasKernel: true,
  raise(signal) {
    const call = { name: "kill", action: `send ${signal} to`, what: "this process" } as const;
    systemCall(platform, call, platform.host.pid, SIGNALS[signal] ?? 0);
  },
  passTime: () => platform.clock.sleep(0.02), // longer than any kernel's tick (CONFIG_HZ=100)
});
networkContract("quickjs", quickjsNetwork, `/tmp/bq2-socket-${platform.host.pid}`);
