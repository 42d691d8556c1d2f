/** The platform's contract on QuickJS. */
import { syscall } from "bq2:native";
import { platformContract } from "../../src/platform/contract.ts";
import { SYSCALLS } from "../../src/platform/linux-abi.ts";
import { quickjsPlatform } from "../../src/platform/quickjs.ts";
import { runPendingTests } from "./runner.ts";

const platform = quickjsPlatform();
platformContract({
  name: "quickjs",
  platform,
  folder: `/tmp/bq2-contract-${platform.host.pid}`,
  decompressors: ["gzip", "xz", "bzip2"],
  hasHoles: true,
});
const code = await runPendingTests(platform);
syscall(SYSCALLS.exit_group[platform.host.arch], code);
