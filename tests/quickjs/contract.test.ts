/** The platform's contract on QuickJS. */
import { platformContract } from "../../src/platform/contract.ts";
import { quickjsPlatform } from "../../src/platform/quickjs.ts";

const platform = quickjsPlatform();
platformContract({
  name: "quickjs",
  platform,
  folder: `/tmp/bq2-contract-${platform.host.pid}`,
  decompressors: ["gzip", "xz", "bzip2"],
  hasHoles: true,
});
