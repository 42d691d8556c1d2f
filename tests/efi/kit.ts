/**
 * UEFI applications for tests, built by this checkout's `bq2 efi-app-builder`, and disks that firmware boots.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Arch } from "../../src/base/arch.ts";
import { fat32SizeFor, writeFat32 } from "../../src/formats/fat32/fat32.ts";
import { type Content, contentOf } from "../../src/formats/tree.ts";
import { bootPath } from "../../src/image/boot-sources.ts";
import { MIB, makeDisk } from "../disk-file.ts";
import { requireTools } from "../oracle.ts";
import { canRunVm } from "../vm/qemu.ts";

/** Builds profile `efi` from nothing on a busy machine; a few seconds if the store has everything. */
export const KIT_MINUTES = 60;

export interface EfiKit {
  readonly workdir: string;
  /** Path of a file of the built rootfs. */
  file(path: string): string;
  /** Builds an application; returns its path. */
  build(input: string, arch: Arch): Promise<string>;
  /** Expects the build to fail; returns the messages. */
  failure(input: string, ...more: readonly string[]): Promise<string>;
}

export function canMakeApps(): boolean {
  return canRunVm("x86_64") && canRunVm("aarch64") && requireTools("apt-get");
}

/** Builds profile `efi`, or uses the build in `BQ2_TEST_EFI_WORKDIR`. */
export async function makeKit(): Promise<EfiKit> {
  const prepared = process.env.BQ2_TEST_EFI_WORKDIR;
  const workdir = resolve(prepared ?? "dist/efi");
  if (prepared === undefined) {
    // The workspace may contain an older checkout's plan.
    await run("sysroot", "--no-resume", "--profile", "efi", "--workdir", workdir);
  }
  const outputs = join(workdir, "test-apps");
  mkdirSync(outputs, { recursive: true });
  const argsOf = (input: string, output: string): string[] => [
    ...["efi-app-builder", "--workdir", workdir],
    ...["--input", input, "--output", output],
  ];
  return {
    workdir,
    file: (path) => join(workdir, "seed-rootfs/bq2-rootfs", path),
    async build(input, arch) {
      const output = join(outputs, `${basename(input, ".ts")}-${arch}.efi`);
      await run(...argsOf(input, output), "--arch", arch);
      return output;
    },
    async failure(input, ...more) {
      const output = join(outputs, "failure.efi");
      try {
        await run(...argsOf(input, output), ...more);
      } catch (error) {
        const { code, stderr } = error as { readonly code: unknown; readonly stderr: string };
        if (code !== 1) throw error;
        if (existsSync(output)) throw new Error(`Cannot see a clean failure: it left ${output}`);
        return stderr;
      }
      throw new Error(`Cannot see a failure of ${input}: it was built`);
    },
  };
}

/** Asynchronous, because a synchronous call would block the test runner for minutes. */
async function run(...args: readonly string[]): Promise<void> {
  await promisify(execFile)("bin/bq2", args, { maxBuffer: 2 ** 26 });
}

/** A disk without partitions that boots `application`; `more` are other files on it. */
export async function makeBootDisk(
  path: string,
  arch: Arch,
  application: string | Uint8Array,
  more: { readonly [path: string]: Uint8Array | Content } = {},
): Promise<{ readonly path: string; readonly format: "raw" }> {
  const bytes = typeof application === "string" ? readFileSync(application) : application;
  const files = Object.entries({ [bootPath(arch)]: bytes, ...more }).map(([name, content]) => ({
    path: name,
    content: content instanceof Uint8Array ? contentOf(content) : content,
  }));
  const size = Math.max(64 * MIB, fat32SizeFor(files));
  await makeDisk(path, size, (sink) =>
    writeFat32(sink, {
      size,
      files,
      volumeId: 1,
      label: "TEST",
      time: 1_700_000_000,
      hiddenSectors: 0,
    }),
  );
  return { path, format: "raw" };
}
