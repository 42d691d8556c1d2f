/** The contract on this machine; its decompressors and common programs are the oracle. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { requireTools } from "../../tests/oracle.ts";
import { platformContract } from "./contract.ts";
import { nodePlatform } from "./node.ts";

platformContract({
  name: "node",
  platform: nodePlatform(),
  folder: mkdtempSync(`${tmpdir()}/bq2-contract-`),
  hasDecompressors: requireTools("gzip", "xz", "bzip2", "zstd"),
  hasHoles: true,
});
