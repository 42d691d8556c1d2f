/** The contract on this machine; its decompressors and common programs are the oracle. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll } from "vitest";
import { requireTools } from "../../../tests/oracle.ts";
import { platformContract } from "../contract/contract.ts";
import { networkContract } from "../contract/network.ts";
import { nodeNetwork } from "./network.ts";
import { nodePlatform } from "./platform.ts";

const folder = mkdtempSync(`${tmpdir()}/bq2-contract-`);
afterAll(() => rmSync(folder, { recursive: true }));

platformContract({
  name: "node",
  platform: nodePlatform(),
  folder,
  decompressors: requireTools("xz", "bzip2", "zstd") ? ["gzip", "xz", "bzip2", "zstd"] : [],
  hasHoles: true,
  hasKernel: true,
  raise: (signal) => void process.kill(process.pid, signal),
  passTime: () => nodePlatform().clock.sleep(0.02), // longer than any kernel's tick (CONFIG_HZ=100)
});
networkContract("node", nodeNetwork, `${folder}.socket`);
