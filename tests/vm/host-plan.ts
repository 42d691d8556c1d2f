/** Results of the host, to compare with those of a machine under test. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Arch } from "../../src/base/arch.ts";

export function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Digest of the plan of a native build on `arch`, made in its own workspace. */
export function planDigest(arch: Arch): string {
  const workdir = mkdtempSync(join(tmpdir(), "bq2-plan-"));
  try {
    const choice = ["--seed", "debian-12", "--arch", arch, "--seed-arch", arch];
    execFileSync("bin/bq2", ["sysroot-builder", ...choice, "--workdir", workdir]);
    return sha256(join(workdir, "seed-rootfs/bq2-rootfs/var/lib/sysroot-build-plan.json"));
  } finally {
    rmSync(workdir, { recursive: true });
  }
}
