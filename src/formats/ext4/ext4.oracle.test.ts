/** Images judged by e2fsck, debugfs, dumpe2fs and mke2fs (e2fsprogs). */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  complaintsOf,
  debugfs,
  EPOCH,
  file,
  folder,
  GIB,
  hardlink,
  MIB,
  patterned,
  special,
  symlink,
  withImage,
} from "../../../tests/ext4-image.ts";
import { requireTools } from "../../../tests/oracle.ts";
import { fromHex } from "../../base/bytes.ts";
import { contentOf, type Tree } from "../tree.ts";
import { planExt4 } from "./ext4.ts";

const isJudged = requireTools("e2fsck", "debugfs", "dumpe2fs", "mke2fs", "resize2fs");

/** The output of `dumpe2fs` without times, ids, checksums, free counts, and flags that follow from these. */
function layoutOf(image: string): string[] {
  const text = execFileSync("dumpe2fs", [image], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const own =
    /UUID|created|time:|checked|written|Lifetime|Hash Seed|hecksum|[Ff]ree|directory_hash|volume name|directories/;
  return text
    .split("\n")
    .filter((line) => !own.test(line))
    .map((line) => line.replace(/, csum.*| csum.*/, ""));
}

/** Where bitmaps and tables begin; mke2fs leaves room after the bitmaps if there is only one group. */
const PLACES = /bitmap at|table at/;

/** mke2fs with fixed settings, so that the machine's do not matter. */
function makeEmpty(image: string, size: number, folderPath: string): void {
  const config = join(folderPath, "mke2fs.conf");
  const features =
    "has_journal,extent,huge_file,flex_bg,metadata_csum,metadata_csum_seed,64bit,dir_nlink,extra_isize";
  const base = "sparse_super,large_file,filetype,resize_inode,dir_index,ext_attr";
  const type = `[fs_types]\n ext4 = {\n features = ${features}\n }\n`;
  writeFileSync(config, `[defaults]\n base_features = ${base}\n default_mntopts = acl,user_xattr\n${type}`);
  const fd = openSync(image, "w");
  ftruncateSync(fd, size);
  closeSync(fd);
  const argv = ["-q", "-t", "ext4", "-T", "ext4", "-b", "4096", "-I", "256", "-i", "16384", image];
  execFileSync("mke2fs", argv, { env: { ...process.env, MKE2FS_CONFIG: config }, stdio: "ignore" });
}

describe.skipIf(!isJudged)("an empty tree", () => {
  const sizes = {
    "8 MiB": 8 * MIB,
    "100 MiB": 100 * MIB,
    "1 GiB": GIB,
    "2.3 GiB": 2356 * MIB,
    "40 GiB": 40 * GIB,
  };
  const large = { "129 MiB": 129 * MIB, "200 GiB": 200 * GIB, "1 TiB": 1024 * GIB };
  for (const [name, size] of Object.entries({ ...sizes, ...large })) {
    test(`on ${name} is clean and laid out as by mke2fs`, async () => {
      await withImage([folder("")], size, (image, place) => {
        expect(complaintsOf(image)).toBe("");
        const other = join(place, "other");
        makeEmpty(other, size, place);
        const isOneGroup = size < 130 * MIB;
        const comparable = (lines: string[]) => lines.filter((line) => !isOneGroup || !PLACES.test(line));
        expect(comparable(layoutOf(image))).toEqual(comparable(layoutOf(other)));
      });
    });
  }

  test("reserves blocks as requested and has its label", async () => {
    const options = { reservedPercent: 1, label: "bq2-root", bytesPerInode: 4096 };
    await withImage(
      [folder("")],
      64 * MIB,
      (image) => {
        expect(complaintsOf(image)).toBe("");
        const text = layoutOf(image).join("\n");
        expect(text).toMatch(/Reserved block count: +163\n/);
        expect(text).toMatch(/Inode count: +16384\n/);
        expect(debugfs(image, "show_super_stats -h")).toMatch(/volume name: +bq2-root\n/);
      },
      options,
    );
  });

  test("is not clean once a byte is changed", async () => {
    await withImage([folder("")], 64 * MIB, (image) => {
      const block = Number(/Inode table at (\d+)/.exec(layoutOf(image).join("\n"))?.[1]);
      const fd = openSync(image, "r+");
      writeSync(fd, Uint8Array.of(0x55), 0, 1, block * 4096 + 256 + 4);
      closeSync(fd);
      expect(complaintsOf(image)).toMatch(/exit 4/);
    });
  });
});

describe.skipIf(!isJudged)("entries", () => {
  const attributes = (pairs: Record<string, Uint8Array>) => new Map(Object.entries(pairs));
  // Ids of entries without a name are all ones to the kernel, zeros to debugfs; ext4 stores neither.
  const acl = fromHex(
    "02000000" +
      "0100060000000000" +
      "02000400e8030000" +
      "0400040000000000" +
      "1000040000000000" +
      "2000000000000000",
  );
  const capability = fromHex("0100000200200000000000000000000000000000");
  const large = Uint8Array.from({ length: 3000 }, (_, i) => i % 251);
  const owned = { mode: 0o4755, uid: 70000, gid: 80000, mtime: -5 };
  const tree: Tree = [
    folder("", { mode: 0o700, uid: 12 }),
    special("block", "block", { major: 259, minor: 70000 }),
    special("char", "char", { major: 5, minor: 1 }),
    file("empty", contentOf(new Uint8Array(0))),
    special("fifo", "fifo"),
    symlink("long", "l".repeat(4095)),
    folder("lost+found", { mode: 0o711 }),
    file("lost+found/#13", contentOf(new Uint8Array(7))),
    file("owned", contentOf(new Uint8Array(12)), owned),
    hardlink("second", "owned"),
    symlink("short", "s".repeat(59)),
    symlink("sixty", "s".repeat(60)),
    special("socket", "socket"),
    file("with-acl", contentOf(large), {
      attributes: attributes({ "system.posix_acl_access": acl, "user.second": Uint8Array.of() }),
    }),
    file("with-both", contentOf(large), {
      attributes: attributes({
        "security.capability": capability,
        "user.large": large,
        "user.other": capability,
      }),
    }),
    special("with-fifo", "fifo", {
      attributes: attributes({ "security.selinux": large, "trusted.x": large.slice(0, 80) }),
    }),
    symlink("zlink", "t", { attributes: attributes({ "trusted.md5": large.slice(0, 500) }) }),
  ];

  test("of all kinds are as given", async () => {
    await withImage(tree, 64 * MIB, (image, place) => {
      expect(complaintsOf(image)).toBe("");
      const stat = (path: string) => debugfs(image, `stat ${path}`);
      expect(stat("/")).toMatch(/Mode: +0700[\s\S]*User: +12 /);
      expect(stat("/block")).toMatch(/Type: block[\s\S]*number: 259:70000/);
      expect(stat("/char")).toMatch(/Type: character[\s\S]*number: 05:01/);
      expect(stat("/fifo")).toMatch(/Type: FIFO/);
      expect(stat("/socket")).toMatch(/Type: socket/);
      expect(stat("/owned")).toMatch(/Mode: +04755[\s\S]*User: 70000 +Group: 80000[\s\S]*Links: 2/);
      expect(stat("/owned")).toMatch(/mtime: 0xfffffffb:00000000/);
      expect(stat("/owned")).toMatch(new RegExp(`ctime: 0x${EPOCH.toString(16)}:`));
      expect(stat("/second")).toBe(stat("/owned"));
      expect(stat("/lost+found")).toMatch(/Inode: 11 .*Mode: +0711/);
      expect(stat("/short")).toMatch(/Fast link dest: "s{59}"/);
      expect(stat("/sixty")).toMatch(/EXTENTS/);
      debugfs(image, `rdump / ${place}`);
      expect(readFileSync(join(place, "with-both"))).toEqual(Buffer.from(large));
      expect(readFileSync(join(place, "empty")).length).toBe(0);
    });
  });

  test("keep their attributes", async () => {
    await withImage(tree, 64 * MIB, (image, place) => {
      const value = (path: string, name: string) => {
        debugfs(image, `ea_get -f ${join(place, "value")} ${path} ${name}`);
        return new Uint8Array(readFileSync(join(place, "value")));
      };
      let count = 0;
      for (const entry of tree) {
        for (const [name, wanted] of entry.attributes) {
          expect(value(`/${entry.path}`, name), `${entry.path} ${name}`).toEqual(wanted);
          count++;
        }
      }
      expect(count).toBe(8);
      expect(debugfs(image, "ea_list /with-both").match(/^ +\S+ \(\d+\)/gm)?.length).toBe(3);
      expect(debugfs(image, "stat /with-acl")).toMatch(/File ACL: 0\n/);
    });
  });
});

describe.skipIf(!isJudged)("content", () => {
  test("50 GB with holes, in an image of 64 GB", async () => {
    const ranges = Array.from({ length: 50 }, (_, i) => ({ offset: i * 1e9 + 12345, length: 10000 }));
    await withImage([folder(""), file("huge", patterned(50e9, ranges))], 64e9, (image) => {
      expect(complaintsOf(image)).toBe("");
      expect(debugfs(image, "stat /huge")).toMatch(/Size: 50000000000\n/);
      const blocksOf = (range: (typeof ranges)[0]) =>
        Math.ceil((range.offset + range.length) / 4096) - Math.floor(range.offset / 4096);
      const data = ranges.reduce((sum, range) => sum + blocksOf(range), 0);
      const treeBlocks = 1;
      expect(debugfs(image, "stat /huge")).toMatch(new RegExp(`Blockcount: ${(data + treeBlocks) * 8}\n`));
    });
  });

  test("of one file over several groups and extents", async () => {
    const content = patterned(200 * MIB + 17);
    await withImage([folder(""), file("f", content)], 300 * MIB, (image, place) => {
      expect(complaintsOf(image)).toBe("");
      debugfs(image, `dump /f ${join(place, "f")}`);
      const found = new Uint8Array(readFileSync(join(place, "f")));
      const wanted = new Uint8Array(content.size);
      content.read(wanted, 0, content.size, 0);
      expect(Buffer.compare(found, wanted)).toBe(0);
    });
  });

  for (const count of [4, 5, 340, 341, 1361]) {
    test(`in ${count} pieces`, async () => {
      const ranges = Array.from({ length: count }, (_, i) => ({ offset: i * 8192 + (i % 4096), length: 3 }));
      const content = patterned(count * 8192 + 99, ranges);
      await withImage(
        [folder(""), file("f", content), file("g", patterned(5000))],
        64 * MIB,
        (image, place) => {
          expect(complaintsOf(image)).toBe("");
          debugfs(image, `dump /f ${join(place, "f")}`);
          const wanted = new Uint8Array(content.size);
          for (const { offset, length } of ranges) content.read(wanted, offset, length, offset);
          expect(Buffer.compare(readFileSync(join(place, "f")), wanted)).toBe(0);
        },
      );
    });
  }

  test("in 463,000 pieces: an extent tree of depth 3", async () => {
    const ranges = Array.from({ length: 463_000 }, (_, i) => ({ offset: i * 8192, length: 1 }));
    const content = { ...patterned(463_000 * 8192, ranges), read: () => undefined };
    await withImage([folder(""), file("f", content)], 4 * GIB, (image) => {
      expect(complaintsOf(image)).toBe("");
      expect(debugfs(image, "extents /f")).toMatch(/^ *3\/ *3 /m);
    });
  });
});

test.skipIf(!isJudged)("resize2fs uses the room reserved for descriptors", async () => {
  await withImage([folder(""), file("f", patterned(9000))], GIB, (image) => {
    truncateSync(image, 100 * GIB);
    execFileSync("resize2fs", [image], { stdio: "ignore" });
    expect(complaintsOf(image)).toBe("");
    expect(layoutOf(image).join("\n")).toMatch(/Block count: +26214400\n[\s\S]*Reserved GDT blocks: +115\n/);
  });
});

test.skipIf(!isJudged)("the smallest image holds its tree, at sizes around each limit", async () => {
  for (const size of [MIB, 100 * MIB, 125 * MIB, 1000 * MIB]) {
    const content = { ...patterned(size), read: () => undefined };
    const tree = [
      folder(""),
      file("f", content),
      ...Array.from({ length: 3000 }, (_, i) => folder(`x${i + 1000}`)),
    ];
    const { minimumSize } = planExt4(tree, { hashSeed: new Uint8Array(16), epoch: EPOCH });
    await withImage(tree, minimumSize, (image) => expect(complaintsOf(image), `${size}`).toBe(""), {
      hashSeed: new Uint8Array(16),
    });
  }
});
