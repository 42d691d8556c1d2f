/** The platform's contract on QuickJS. */
import { platformContract } from "../../src/platform/contract.ts";
import { networkContract } from "../../src/platform/contract-network.ts";
import { quickjsPlatform } from "../../src/platform/quickjs.ts";
import { quickjsNetwork } from "../../src/platform/quickjs-network.ts";

const platform = quickjsPlatform();
platformContract({
  name: "quickjs",
  platform,
  folder: `/tmp/bq2-contract-${platform.host.pid}`,
  decompressors: ["gzip", "xz", "bzip2"],
  hasHoles: true,
});
networkContract("quickjs", quickjsNetwork);
