import { expect, test } from "vitest";
import { measureBuild } from "./build-cost.ts";

test("Node's own time is told from that of what it runs", async () => {
  const burn = (seconds: number): string =>
    `const end = process.cpuUsage().user + ${seconds * 1e6}; while (process.cpuUsage().user < end);`;
  const other = `require("node:child_process").spawnSync("sha256sum", ["/dev/zero"], { timeout: 1500 })`;
  const cost = await measureBuild([process.execPath, "-e", `${burn(0.3)} ${other}`], {});
  expect(cost.ownCpuSeconds).toBeGreaterThan(0.25);
  expect(cost.cpuSeconds).toBeGreaterThan(cost.ownCpuSeconds + 0.1);
  expect(cost.wallSeconds).toBeGreaterThan(1.5);
});

test("a build that fails has no cost", async () => {
  await expect(measureBuild(["false"], {})).rejects.toThrow("false ended with 1");
});
