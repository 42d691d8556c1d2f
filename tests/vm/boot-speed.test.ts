/** The boot loader's cost: it and the firmware itself start the same kernel, in turn. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ENTRIES_FILE, encodeBootEntries, parseBootEntries } from "../../src/formats/boot-entries.ts";
import { writeFat32 } from "../../src/formats/fat32/fat32.ts";
import { contentOf } from "../../src/formats/tree.ts";
import { bootFiles } from "../../src/image/boot-files.ts";
import type { EspFile } from "../../src/image/boot-sources.ts";
import { nodePlatform } from "../../src/platform/node/platform.ts";
import { OpenFiles } from "../../src/trees/open-files.ts";
import { MIB, makeDisk, withFolder } from "../disk-file.ts";
import { requireFiles } from "../oracle.ts";
import { BUILD_MINUTES, type BuiltImage, buildImage, canBootImage } from "./built-image.ts";
import { withVm } from "./qemu.ts";

/** Lets the firmware start a kernel with a command line. */
const STUB = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";
/** Makes the kernel print from its first line, before it has set up its consoles. */
const WORDS = "ignore_loglevel earlyprintk=ttyS0";

const ROUNDS = 3;
const BOOT_SECONDS = 300;

/** Limit for the quickest round. */
const AIM_SECONDS = 1;

describe.skipIf(!canBootImage() || !requireFiles(STUB))("the boot loader", () => {
  let image: BuiltImage;
  beforeAll(
    async () => {
      image = await buildImage();
    },
    BUILD_MINUTES * 60 * 1000,
  );

  test(
    "adds at most a second between the firmware and the kernel's first line",
    async () => {
      await withFolder(async (folder) => {
        const disks = {
          direct: await diskOf(join(folder, "direct"), true),
          loader: await diskOf(join(folder, "loader"), false),
        };
        const seconds = { direct: Number.POSITIVE_INFINITY, loader: Number.POSITIVE_INFINITY };
        for (let round = 0; round < ROUNDS; round++) {
          for (const way of ["direct", "loader"] as const) {
            seconds[way] = Math.min(seconds[way], await secondsToKernel(disks[way]));
          }
        }
        const more = seconds.loader - seconds.direct;
        const [direct, loader] = [seconds.direct, seconds.loader].map((value) => value.toFixed(2));
        console.log(`to the kernel's first line: ${direct} s without, ${loader} s with the boot loader`);
        expect(more).toBeLessThan(AIM_SECONDS);
      });
    },
    2 * ROUNDS * BOOT_SECONDS * 1000,
  );

  /** A disk with what `bq2 image` puts on the EFI system partition; the menu does not wait. */
  async function diskOf(path: string, isDirect: boolean): Promise<string> {
    const platform = nodePlatform();
    const sources = new OpenFiles(platform.files);
    const options = {
      kernel: image.kernel,
      commandLine: WORDS,
      isDirect,
      bootLoader: isDirect ? undefined : image.bootLoader,
    };
    const files = bootFiles(platform, sources, [], options).files.map(withoutWait);
    const size = 64 * MIB;
    const how = { size, files, volumeId: 1, label: "TEST", time: 1_700_000_000, hiddenSectors: 0 };
    await makeDisk(path, size, (sink) => writeFat32(sink, how));
    sources.closeAll();
    return path;
  }
});

function withoutWait({ path, content }: EspFile): EspFile {
  if (path !== ENTRIES_FILE) return { path, content };
  const bytes = new Uint8Array(content.size);
  content.read(bytes, 0, bytes.length, 0);
  const entries = parseBootEntries(new TextDecoder().decode(bytes));
  const text = encodeBootEntries({ ...entries, timeoutSeconds: 0 });
  return { path, content: contentOf(new TextEncoder().encode(text)) };
}

/** Processor time from when the firmware begins to load the boot file. */
function secondsToKernel(disk: string): Promise<number> {
  return withVm({ arch: "x86_64", disk: { path: disk, format: "raw" } }, async (vm) => {
    await vm.waitFor(/Linux version /, BOOT_SECONDS);
    return vm.processorSeconds(/Linux version /) - vm.processorSeconds(/BdsDxe: loading Boot/);
  });
}
