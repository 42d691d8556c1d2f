/**
 * Whole disks judged by sgdisk, fsck.fat, e2fsck, debugfs, qemu-img and objdump. systemd's EFI stub
 * replaces a kernel: to firmware and to us, both are EFI applications.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MIB, noise, run, withFolder } from "../../tests/disk-file.ts";
import { complaintsOf, debugfs } from "../../tests/ext4-image.ts";
import { requireFiles, requireTools } from "../../tests/oracle.ts";
import { errorCode } from "../base/error.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import type { Platform } from "../platform/platform.ts";
import { OpenFiles } from "../trees/open-files.ts";
import { withOutputFile } from "../trees/output-file.ts";
import { buildImage, type ImageOptions, type ImageSummary } from "./build-image.ts";
import { DIGEST_BLOCK } from "./disk-digests.ts";
import { withRootfs } from "./rootfs-tree.ts";

const STUB = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";
const EPOCH = 1_700_000_000;
const SIZE = 256 * MIB;

const isJudged =
  requireTools("sgdisk", "fsck.fat", "mcopy", "e2fsck", "debugfs", "qemu-img", "objdump", "tar", "xz") &&
  requireFiles(STUB);

/** A small system: files, a hard link, a symlink, a hole, modes. */
function makeRootfs(folder: string): string {
  const root = join(folder, "rootfs");
  for (const path of ["etc", "sbin", "usr/lib", "proc"]) mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, "usr/lib/os-release"), 'NAME="A system"\n');
  symlinkSync("../usr/lib/os-release", join(root, "etc/os-release"));
  writeFileSync(join(root, "sbin/init"), noise(300_000, 1));
  chmodSync(join(root, "sbin/init"), 0o755);
  linkSync(join(root, "sbin/init"), join(root, "sbin/second"));
  const sparse = join(root, "usr/sparse");
  run("truncate", "-s", "20M", sparse);
  return root;
}

async function build(
  rootfs: string,
  path: string,
  options: Partial<ImageOptions> = {},
  platform: Platform = nodePlatform(),
): Promise<ImageSummary> {
  const { files } = platform;
  const sources = new OpenFiles(files);
  try {
    return await withOutputFile(files, path, (output) =>
      withRootfs(platform, rootfs, { owners: "root", times: EPOCH, output, sources }, (tree) =>
        buildImage(platform, {
          rootfs: tree,
          sources,
          output,
          kernel: STUB,
          isDirect: true,
          format: "raw",
          size: SIZE,
          epoch: EPOCH,
          wantsDigests: false,
          ...options,
        }),
      ),
    );
  } finally {
    sources.closeAll();
  }
}

/** Copies the bytes of a partition into their own file. */
function extract(disk: string, summary: ImageSummary, number: 1 | 2, folder: string): string {
  const partition = summary.partitions.find((one) => one.number === number);
  if (partition === undefined) throw new Error(`no partition ${number}`);
  const path = join(folder, `partition${number}`);
  const blocks = (bytes: number) => String(bytes / MIB);
  const range = [`skip=${blocks(partition.start)}`, `count=${blocks(partition.size)}`];
  run("dd", `if=${disk}`, `of=${path}`, "bs=1M", "conv=sparse", "status=none", ...range);
  return path;
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** The digest of the blocks that are not zero, as `disk-digests.ts` defines it. */
function blocksDigest(path: string): string {
  const disk = readFileSync(path);
  const zeros = Buffer.alloc(DIGEST_BLOCK);
  const hash = createHash("sha256");
  const eightBytes = (value: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  };
  for (let offset = 0; offset < disk.length; offset += DIGEST_BLOCK) {
    const block = disk.subarray(offset, offset + DIGEST_BLOCK);
    if (!block.equals(zeros.subarray(0, block.length))) hash.update(eightBytes(offset)).update(block);
  }
  return hash.update(eightBytes(disk.length)).digest("hex");
}

async function codeOf(promise: Promise<unknown>): Promise<{ code: string | undefined; message: string }> {
  try {
    await promise;
  } catch (error) {
    return { code: errorCode(error), message: String(error) };
  }
  throw new Error("no error came");
}

describe.skipIf(!isJudged)("a raw disk", () => {
  test("satisfies each tool: table, system partition, root", async () => {
    await withFolder(async (folder) => {
      const disk = join(folder, "disk");
      const summary = await build(makeRootfs(folder), disk, { wantsDigests: true });
      expect(run("sgdisk", "-v", disk)).toMatch(/No problems found/);
      expect(run("sgdisk", "-p", disk)).toMatch(/EF00 +bq2-esp[\s\S]*8304 +bq2-root/);

      const esp = extract(disk, summary, 1, folder);
      run("fsck.fat", "-n", esp);
      run("mcopy", "-i", esp, "::EFI/BOOT/BOOTX64.EFI", join(folder, "kernel"));
      expect(readFileSync(join(folder, "kernel")).equals(readFileSync(STUB))).toBe(true);

      const root = extract(disk, summary, 2, folder);
      expect(complaintsOf(root)).toBe("");
      const listing = debugfs(root, "ls -p /");
      for (const name of ["dev", "proc", "run", "sys", "tmp"]) expect(listing).toContain(`/${name}/`);
      expect(debugfs(root, "stat /sbin/second")).toMatch(/Links: 2/);
      expect(debugfs(root, "stat /tmp")).toMatch(/Mode: +01777/);
      run("debugfs", "-R", `dump /sbin/init ${join(folder, "init")}`, root);
      expect(sha256(join(folder, "init"))).toBe(sha256(join(folder, "rootfs/sbin/init")));

      expect(summary.digests).toEqual({ raw: sha256(disk), blocks: blocksDigest(disk) });
      expect(Number(run("stat", "-c", "%b", disk)) * 512).toBeLessThan(30 * MIB);
    });
  });

  test("is the same from another folder, from a tar in any form, and on any day", async () => {
    await withFolder(async (folder) => {
      const rootfs = makeRootfs(folder);
      const copy = join(folder, "elsewhere", "copied");
      cpSync(rootfs, copy, { recursive: true, verbatimSymlinks: true });
      // cp made two files of the hard-linked one.
      run("ln", "-f", join(copy, "sbin/init"), join(copy, "sbin/second"));
      run("cp", "--sparse=always", join(rootfs, "usr/sparse"), join(copy, "usr/sparse"));
      await build(rootfs, join(folder, "a"));
      await build(copy, join(folder, "b"));
      expect(sha256(join(folder, "b"))).toBe(sha256(join(folder, "a")));

      const tar = join(folder, "rootfs.tar");
      const options = ["--owner=0", "--group=0", `--mtime=@${EPOCH}`, "--sort=name", "--sparse"];
      run("tar", "-cf", tar, ...options, "-C", rootfs, ".");
      await build(tar, join(folder, "c"));
      run("xz", "-k", "-1", tar);
      run("gzip", "-k", tar);
      await build(`${tar}.xz`, join(folder, "d"));
      await build(`${tar}.gz`, join(folder, "e"));
      expect([sha256(join(folder, "d")), sha256(join(folder, "e"))]).toEqual(
        Array(2).fill(sha256(join(folder, "c"))),
      );
      expect(sha256(join(folder, "c"))).toBe(sha256(join(folder, "a")));
      expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
    });
  });

  test("has different ids if one byte of a file, or of the kernel, differs", async () => {
    await withFolder(async (folder) => {
      const rootfs = makeRootfs(folder);
      const ids = ({ partitions }: ImageSummary) => partitions.map(({ id }) => id);
      const first = await build(rootfs, join(folder, "disk"));
      writeFileSync(join(rootfs, "usr/lib/os-release"), 'NAME="B system"\n');
      const second = await build(rootfs, join(folder, "disk"));
      const kernel = join(folder, "kernel");
      const bytes = readFileSync(STUB);
      bytes[bytes.length - 1] = 77;
      writeFileSync(kernel, bytes);
      const third = await build(rootfs, join(folder, "disk"), { kernel });
      expect(new Set([first, second, third].flatMap(ids)).size).toBe(6);
    });
  });
});

describe.skipIf(!isJudged)("a QCOW2", () => {
  for (const format of ["qcow2", "compressed-qcow2"] as const) {
    test(`${format}: contains the same disk as the raw image`, async () => {
      await withFolder(async (folder) => {
        const rootfs = makeRootfs(folder);
        const image = join(folder, "image.qcow2");
        const summary = await build(rootfs, image, { format, wantsDigests: true });
        expect(run("qemu-img", "check", image)).toMatch(/^No errors were found/);
        run("qemu-img", "convert", "-O", "raw", image, join(folder, "back"));
        expect(sha256(join(folder, "back"))).toBe(summary.digests?.raw);
        expect(summary.digests?.blocks).toBe(blocksDigest(join(folder, "back")));
        await build(rootfs, join(folder, "raw"));
        expect(sha256(join(folder, "raw"))).toBe(summary.digests?.raw);
        expect(readdirSync(folder).sort()).toEqual(["back", "image.qcow2", "raw", "rootfs"]);
      });
    });
  }
});

describe.skipIf(!isJudged)("a unified kernel image", () => {
  test("carries command line, initrd, os-release and kernel as objdump's sections", async () => {
    await withFolder(async (folder) => {
      const initrd = join(folder, "initrd");
      writeFileSync(initrd, noise(1_000_001, 9));
      const disk = join(folder, "disk");
      const summary = await build(makeRootfs(folder), disk, { initrd, commandLine: "quiet é" });
      const uki = join(folder, "uki");
      run("mcopy", "-i", extract(disk, summary, 1, folder), `::${summary.bootPath}`, uki);
      const section = (name: string) => {
        run("objcopy", "-O", "binary", `--only-section=${name}`, uki, join(folder, "section"));
        return readFileSync(join(folder, "section"));
      };
      expect(section(".cmdline").toString()).toBe("quiet é");
      expect(section(".osrel").toString()).toBe('NAME="A system"\n');
      expect(section(".initrd").equals(readFileSync(initrd))).toBe(true);
      expect(section(".linux").equals(readFileSync(STUB))).toBe(true);
      const headers = run("objdump", "-h", uki);
      expect(headers).toMatch(/\.sdmagic[\s\S]*\.osrel[\s\S]*\.cmdline[\s\S]*\.initrd[\s\S]*\.linux/);
      expect(run("objdump", "-p", uki)).toMatch(/Subsystem\s+0000000a/);
    });
  });

  test("says where the root is if there is an initrd and no command line", async () => {
    await withFolder(async (folder) => {
      const initrd = join(folder, "initrd");
      writeFileSync(initrd, "x");
      const { commandLine } = await build(makeRootfs(folder), join(folder, "disk"), { initrd });
      expect(commandLine).toBe("root=PARTLABEL=bq2-root rw console=tty0 console=ttyS0");
    });
  });
});

describe.skipIf(!isJudged)("the boot loader", () => {
  const LOADER = "usr/lib/bq2/efi/boot-x86_64.efi";

  test("of the rootfs is where firmware looks, beside what it starts, with digests", async () => {
    await withFolder(async (folder) => {
      const rootfs = makeRootfs(folder);
      mkdirSync(join(rootfs, "usr/lib/bq2/efi"), { recursive: true });
      cpSync(STUB, join(rootfs, LOADER));
      writeFileSync(join(rootfs, "usr/lib/os-release"), 'PRETTY_NAME="A system 1"\n');
      const initrd = join(folder, "initrd");
      writeFileSync(initrd, noise(100_000, 9));
      const disk = join(folder, "disk");
      const summary = await build(rootfs, disk, { isDirect: false, initrd, commandLine: "quiet" });
      expect([summary.bootKind, summary.commandLine]).toEqual(["boot-loader", "quiet"]);
      const esp = extract(disk, summary, 1, folder);
      run("fsck.fat", "-n", esp);
      const fileOf = (path: string): string => {
        run("mcopy", "-n", "-i", esp, `::${path}`, join(folder, "file"));
        return sha256(join(folder, "file"));
      };
      expect(fileOf("EFI/BOOT/BOOTX64.EFI")).toBe(sha256(STUB));
      run("mcopy", "-i", esp, "::EFI/bq2/entries.json", join(folder, "entries"));
      const { entries } = JSON.parse(readFileSync(join(folder, "entries"), "utf8"));
      expect(entries).toEqual([
        {
          title: "A system 1",
          kernel: { path: "EFI/bq2/vmlinuz", sha256: sha256(STUB) },
          initrd: { path: "EFI/bq2/initrd", sha256: sha256(initrd) },
          commandLine: "quiet",
          tries: null,
        },
      ]);
      expect(fileOf("EFI/bq2/vmlinuz")).toBe(sha256(STUB));
      expect(fileOf("EFI/bq2/initrd")).toBe(sha256(initrd));
    });
  });

  test("comes from the program for a rootfs without one; without either there is an error", async () => {
    await withFolder(async (folder) => {
      const rootfs = makeRootfs(folder);
      const disk = join(folder, "disk");
      const without = await codeOf(build(rootfs, disk, { isDirect: false, loaderFolder: folder }));
      expect(without.code).toBe("no-boot-loader");
      cpSync(STUB, join(folder, "boot-x86_64.efi"));
      const { commandLine } = await build(rootfs, disk, { isDirect: false, loaderFolder: folder });
      expect(commandLine).toBeUndefined(); // the kernel's own
      const wrong = await codeOf(build(rootfs, disk, { isDirect: false, bootLoader: "/bin/sh" }));
      expect(wrong.code).toBe("bad-efi-application");
    });
  });
});

describe.skipIf(!isJudged)("one clear error, and nothing left behind", () => {
  /** The error of a build that must fail; only the old image is in its folder afterwards. */
  async function failure(
    options: Partial<ImageOptions>,
    prepare: (rootfs: string, folder: string) => Platform | undefined = () => undefined,
  ): Promise<{ code: string | undefined; message: string }> {
    return withFolder(async (folder) => {
      const rootfs = makeRootfs(folder);
      const out = join(folder, "out");
      mkdirSync(out);
      writeFileSync(join(out, "image"), "old");
      const platform = prepare(rootfs, folder);
      const error = await codeOf(build(rootfs, join(out, "image"), options, platform));
      expect(readdirSync(out)).toEqual(["image"]);
      expect(readFileSync(join(out, "image"), "utf8")).toBe("old");
      return error;
    });
  }

  test("a rootfs larger than the disk: the error states the size needed, which is enough", async () => {
    await withFolder(async (folder) => {
      const rootfs = makeRootfs(folder);
      writeFileSync(join(rootfs, "usr/large"), noise(30 * MIB, 3));
      const disk = join(folder, "disk");
      for (const size of [100 * MIB, 20 * MIB, 512]) {
        const error = await codeOf(build(rootfs, disk, { size }));
        expect(error.code).toBe("image-too-small");
        const needed = Number(/: (\d+) bytes are needed/.exec(error.message)?.[1]);
        expect((await build(rootfs, disk, { size: needed })).diskSize).toBe(needed);
        expect((await codeOf(build(rootfs, disk, { size: needed - MIB }))).code).toBe("image-too-small");
      }
    });
  });

  test("a kernel without an EFI stub", async () => {
    expect((await failure({ kernel: "/bin/sh" })).message).toMatch(/EFI stub was wanted, found an ELF file/);
  });

  test("a truncated kernel, stub or boot loader", async () => {
    await withFolder(async (folder) => {
      const cut = join(folder, "cut");
      writeFileSync(cut, readFileSync(STUB).subarray(0, 40_000));
      const wrong = [
        { kernel: cut },
        { commandLine: "x", efiStub: cut },
        { isDirect: false, bootLoader: cut },
      ];
      for (const options of wrong) {
        const { code, message } = await failure(options);
        expect(code).toBe("cut-file");
        expect(message).toMatch(/cut: it has \d+ bytes, its headers state \d+/);
      }
    });
  });

  test("a kernel for another machine, a file that is not a stub, a missing stub", async () => {
    expect((await failure({ arch: "aarch64" })).code).toBe("wrong-arch");
    expect((await failure({ commandLine: "x", efiStub: "/bin/sh" })).code).toBe("bad-efi-application");
    expect((await failure({ commandLine: "x", efiStub: "/nowhere" })).code).toBe("ENOENT");
    expect((await failure({ initrd: "/nowhere" })).code).toBe("ENOENT");
  });

  test("an impossible size", async () => {
    expect((await failure({ size: 1000 })).code).toBe("bad-disk-size");
  });

  for (const [format, room] of [
    ["raw", MIB / 4],
    ["qcow2", MIB],
    ["qcow2", MIB / 4],
  ] as const) {
    test(`a disk that is full after ${room / MIB} MiB while a ${format} image is written`, async () => {
      const platform = nodePlatform();
      let left = room;
      const write: Platform["files"]["write"] = (fd, bytes, position) => {
        left -= bytes.length;
        if (left < 0) throw Object.assign(new Error("Cannot write: no space left"), { code: "ENOSPC" });
        platform.files.write(fd, bytes, position);
      };
      const full = { ...platform, files: { ...platform.files, write } };
      expect((await failure({ format }, () => full)).code).toBe("ENOSPC");
    });
  }

  test("a rootfs that is not an archive, and a truncated one", async () => {
    await withFolder(async (folder) => {
      const rootfs = makeRootfs(folder);
      const text = join(folder, "text");
      writeFileSync(text, "hello");
      expect((await codeOf(build(text, join(folder, "disk")))).code).toBe("not-a-rootfs");
      expect((await codeOf(build(join(folder, "none"), join(folder, "disk")))).code).toBe("ENOENT");

      run("tar", "-cJf", join(folder, "a.tar.xz"), "-C", rootfs, ".");
      const whole = readFileSync(join(folder, "a.tar.xz"));
      writeFileSync(join(folder, "cut.tar.xz"), whole.subarray(0, whole.length / 2));
      expect((await codeOf(build(join(folder, "cut.tar.xz"), join(folder, "disk")))).code).toBe(
        "damaged-archive",
      );
      expect(readdirSync(folder).filter((name) => /disk|partial/.test(name))).toEqual([]);
    });
  });

  test("a file that became shorter after it was listed", async () => {
    await withFolder(async (folder) => {
      const rootfs = makeRootfs(folder);
      const disk = join(folder, "disk");
      const platform = nodePlatform();
      const open: Platform["files"]["open"] = (path, mode, permissions) => {
        if (path === `${disk}.partial`) run("truncate", "-s", "100", join(rootfs, "sbin/init"));
        return platform.files.open(path, mode, permissions);
      };
      const shrinking = { ...platform, files: { ...platform.files, open } };
      expect((await codeOf(build(rootfs, disk, {}, shrinking))).message).toMatch(/became shorter/);
      expect(readdirSync(folder)).toEqual(["rootfs"]);
    });
  });
});
