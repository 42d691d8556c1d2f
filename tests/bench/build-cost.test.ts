import { expect, test } from "vitest";
import { measureBuild } from "./build-cost.ts";

test("Node's own time is counted apart from that of its children", async () => {
  const burn = (seconds: number): string =>
    `const end = process.cpuUsage().user + ${seconds * 1e6}; while (process.cpuUsage().user < end);`;
  const other = `require("node:child_process").spawnSync("sha256sum", ["/dev/zero"], { timeout: 1500 })`;
  const cost = await measureBuild([process.execPath, "-e", `${burn(0.3)} ${other}`], {});
  expect(cost.ownCpuSeconds).toBeGreaterThan(0.25);
  expect(cost.cpuSeconds).toBeGreaterThan(cost.ownCpuSeconds + 0.1);
  expect(cost.wallSeconds).toBeGreaterThan(1.5);
});

test("decompressors that Node starts are counted apart, and memory is counted", async () => {
  const options = `{ stdio: "ignore", timeout: 1500 }`;
  const run = `require("node:child_process").spawnSync("xz", ["-c", "/dev/zero"], ${options})`;
  const { ownCpuSeconds, decompressionCpuSeconds, ownPeakMiB } = await measureBuild(
    [process.execPath, "-e", `const held = Buffer.alloc(200 << 20, 1); ${run}; held.at(0)`],
    {},
  );
  expect(decompressionCpuSeconds).toBeGreaterThan(0);
  expect(ownCpuSeconds).toBeGreaterThan(0);
  expect(ownPeakMiB).toBeGreaterThan(200);
  expect(ownPeakMiB).toBeLessThan(300);
});

test("a build that fails has no cost", async () => {
  await expect(measureBuild(["false"], {})).rejects.toThrow("false ended with 1");
});
