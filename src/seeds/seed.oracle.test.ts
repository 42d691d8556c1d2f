/** Real seeds, from this machine's apt and mirrors, made as root and as an ordinary user, entered and run. */
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import { nodeFetcher } from "../platform/node/fetch.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import { resolvePackages } from "./apt.ts";
import type { Seed, SeedRequest } from "./resolved-seed.ts";
import { openSeed, prepareSeed, resolveSeed } from "./seed.ts";

const platform = nodePlatform();
const fetcher = nodeFetcher({ env: platform.host.env });
/** Few packages: a shell and the programs to look around with. */
const PACKAGES = [
  { name: "dash", program: "sh" },
  { name: "busybox-static", program: "busybox" },
];

let folder: string;
let cache: string;
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "bq2-seed-"));
  fs.chmodSync(folder, 0o777);
  cache = join(folder, "cache");
});
afterAll(async () => {
  await fetcher.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

function request(name: string, more: Partial<SeedRequest> = {}): SeedRequest {
  return { platform, fetcher, cache, name, arch: platform.host.arch, packages: PACKAGES, ...more };
}

function treeOf(seed: Seed): string {
  if (seed.base.kind !== "tree") expect.unreachable("a tree was wanted");
  return (seed.base as { folder: string }).folder;
}

/** Runs a program inside the tree, as root of a user namespace; returns its output. */
function runInside(tree: string, argv: readonly string[]): string {
  return execFileSync("unshare", ["-Ur", "chroot", tree, ...argv], {
    encoding: "utf8",
    env: { PATH: "/bin:/sbin:/usr/bin:/usr/sbin" },
  });
}

/** Kind, mode, size, time and name of everything in a tree, for comparing two. */
function listing(tree: string): string {
  return execFileSync("find", [tree, "-printf", "%y %m %s %T@ %P %l\\n"], { encoding: "utf8" })
    .split("\n")
    .map((line) => (line.startsWith("d") ? line.replace(/^(d \S+) \S+/, "$1") : line)) // without folder sizes
    .sort()
    .join("\n");
}

const apt = requireTools("apt-get", "unshare", "chroot", "dpkg-deb", "tar", "find");
describe.skipIf(!apt)("debian-12", () => {
  let seed: Seed;
  beforeAll(async () => {
    seed = await prepareSeed(request("debian-12"));
  });

  test("its shell runs, with its own libc", () => {
    expect(runInside(treeOf(seed), ["/bin/sh", "-c", "echo up $((6 * 7))"])).toBe("up 42\n");
    expect(runInside(treeOf(seed), ["/bin/busybox", "id", "-un"])).toBe("root\n");
  });

  test("its files are the same as dpkg-deb and tar unpack", () => {
    const reference = join(folder, "reference");
    for (const name of ["bin", "sbin", "lib", "lib32", "lib64", "libx32"]) {
      fs.mkdirSync(join(reference, "usr", name), { recursive: true });
      fs.symlinkSync(`usr/${name}`, join(reference, name));
    }
    const debs = execFileSync("find", [join(cache, "archives"), "-name", "*.deb"], { encoding: "utf8" })
      .trim()
      .split("\n")
      .sort();
    expect(debs.length).toBeGreaterThan(10);
    for (const deb of debs) {
      const input = execFileSync("dpkg-deb", ["--fsys-tarfile", deb], { maxBuffer: 1 << 30 });
      execFileSync("tar", ["-x", "-p", "--no-same-owner", "--keep-directory-symlink", "-C", reference], {
        input,
      });
    }
    const files = (tree: string) =>
      listing(tree)
        .split("\n")
        .filter((line) => line.startsWith("f"));
    const ours = files(treeOf(seed)).filter((line) => !/ etc\/(passwd|group|hosts) $/.test(line));
    expect(ours).toEqual(files(reference));
  });

  test("it is found by its digest, without apt", async () => {
    const started = performance.now();
    const again = await prepareSeed(
      request("debian-12", { digest: seed.digest, packages: [{ name: "no-such-package", program: "none" }] }),
    );
    // Its files are held to their fingerprints, which is a look at each; apt takes several seconds.
    expect(performance.now() - started).toBeLessThan(1000);
    expect(again).toEqual(seed);
  });

  test("made again offline from the cache, it is the same", async () => {
    const before = listing(treeOf(seed));
    fs.rmSync(join(cache, "seeds"), { recursive: true });
    const again = await prepareSeed(request("debian-12", { offline: true }));
    expect(again.digest).toBe(seed.digest);
    expect(listing(treeOf(again))).toBe(before);
  });

  test("a digest from the state that apt no longer offers is refused", async () => {
    const digest = "0".repeat(64);
    await expect(prepareSeed(request("debian-12", { digest, offline: true }))).rejects.toMatchObject({
      code: "seed-changed",
    });
  });

  test("a package that does not exist gives apt's whole error", async () => {
    const error = resolveSeed(
      request("debian-12", { packages: [{ name: "no-such-package", program: "none" }], offline: true }),
    );
    await expect(error).rejects.toThrow(/Unable to locate package no-such-package/);
  });

  test("lists signed by another key are refused", async () => {
    const keyring = join(folder, "other.gpg");
    fs.writeFileSync(keyring, "");
    const error = resolvePackages({
      platform,
      state: join(folder, "apt-other"),
      suite: "bookworm",
      architecture: "amd64",
      packages: PACKAGES.map(({ name }) => name),
      offline: false,
      keyring,
    });
    await expect(error).rejects.toMatchObject({ code: "apt-failed" });
    await expect(error).rejects.toThrow(/not signed|NO_PUBKEY|signatures couldn't be verified/);
  });

  const asUser = process.getuid?.() === 0 && requireTools("setpriv");
  test.skipIf(!asUser)("an ordinary user with another umask gets the same bytes", async () => {
    const outfile = join(folder, "program.mjs");
    await build({
      stdin: { contents: PROGRAM, resolveDir: import.meta.dirname, loader: "ts" },
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      outfile,
      logLevel: "error",
    });
    fs.symlinkSync(join(import.meta.dirname, "../../node_modules"), join(folder, "node_modules"));
    const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    const argv = [...nobody, process.execPath, outfile, join(folder, "user-cache"), JSON.stringify(PACKAGES)];
    const { stdout, stderr } = spawnSync("setpriv", argv, {
      encoding: "utf8",
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder },
    });
    const theirs: Seed = JSON.parse(stdout || `{"error": ${JSON.stringify(stderr)}}`);
    expect(theirs.digest).toBe(seed.digest);
    expect(listing(treeOf(theirs))).toBe(
      listing(treeOf(await prepareSeed(request("debian-12", { offline: true })))),
    );
  });
});

const PROGRAM = `
import { nodePlatform } from "../platform/node/platform.ts";
import { nodeFetcher } from "../platform/node/fetch.ts";
import { prepareSeed } from "./seed.ts";
process.umask(0o027);
const [cache, packages] = process.argv.slice(2);
const platform = nodePlatform();
const fetcher = nodeFetcher({ env: platform.host.env });
const seed = await prepareSeed({ platform, fetcher, cache, name: "debian-12", arch: platform.host.arch, packages: JSON.parse(packages) });
console.log(JSON.stringify(seed));
await fetcher.close();
`;

const compiler = requireTools("gcc", "flex", "bison", "bc", "make");
describe.skipIf(!compiler)("host", () => {
  test("it binds system folders, and is found by its digest until the machine changes", async () => {
    const seed = await prepareSeed(request("host"));
    expect(seed.base.kind === "host" && seed.base.binds.map((bind) => bind.target)).toContain("/usr");
    expect(openSeed(platform, cache, seed.digest)).toEqual(seed);
    expect((await resolveSeed(request("host"))).digest).toBe(seed.digest);
    const record = join(cache, "seeds", seed.digest, "seed.json");
    const changed = JSON.parse(fs.readFileSync(record, "utf8"));
    changed.watched[0].fingerprint += "0";
    fs.writeFileSync(record, JSON.stringify(changed));
    expect(openSeed(platform, cache, seed.digest)).toBe(undefined);
    expect((await prepareSeed(request("host"))).digest).toBe(seed.digest);
  });
});

const busybox = requireTools("tar", "gzip", "xz", "unshare", "chroot");
describe.skipIf(!busybox)("a tarball", () => {
  /** A tarball of a root filesystem with one program, and an absolute link to it as its shell. */
  function pack(name: string, shell: Uint8Array): string {
    const root = fs.mkdtempSync(join(folder, "root-"));
    fs.mkdirSync(join(root, "bin"));
    fs.mkdirSync(join(root, "usr/bin"), { recursive: true });
    fs.writeFileSync(join(root, "usr/bin/real"), shell, { mode: 0o755 });
    fs.symlinkSync("/usr/bin/real", join(root, "bin/sh"));
    const tarball = join(folder, name);
    execFileSync("tar", ["-c", "-a", "-f", tarball, "-C", root, "."]);
    return tarball;
  }
  /** The first bytes of an ELF program for machine `machine`. */
  function elf(machine: number): Uint8Array {
    const bytes = new Uint8Array(64);
    bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    new DataView(bytes.buffer).setUint16(18, machine, true);
    return bytes;
  }
  const native = platform.host.arch === "x86_64" ? 62 : 183;
  const foreign = platform.host.arch === "x86_64" ? 183 : 62;

  test("is unpacked once for each digest, with mount points", async () => {
    for (const name of ["a.tar", "b.tar.gz", "c.tar.xz"]) {
      const tarball = pack(name, elf(native));
      const sha256 = execFileSync("sha256sum", [tarball], { encoding: "utf8" }).slice(0, 64);
      const seed = await prepareSeed(request(tarball, { sha256 }));
      expect(seed.digest).toBe(sha256);
      expect(fs.readdirSync(treeOf(seed))).toEqual(["bin", "dev", "proc", "run", "sys", "tmp", "usr"]);
      fs.rmSync(tarball);
      expect(await prepareSeed(request(tarball, { digest: sha256 }))).toEqual(seed);
    }
  });

  test("a foreign tarball is refused under a name of ours, even if the cache has it", async () => {
    const seed = await prepareSeed(request(pack("foreign.tar", elf(native))));
    const named = join(folder, "bq2-rootfs-0.1.0.tar");
    fs.renameSync(join(folder, "foreign.tar"), named);
    for (const digest of [undefined, seed.digest])
      await expect(prepareSeed(request(named, { digest }))).rejects.toMatchObject({ code: "not-own-rootfs" });
  });

  test("a wrong digest, architecture or content gives one clear error and leaves nothing", async () => {
    const before = () => fs.readdirSync(join(cache, "seeds")).filter((name) => !name.endsWith(".lock"));
    const kept = before();
    const other = pack("other.tar.gz", elf(foreign));
    await expect(prepareSeed(request(other))).rejects.toThrow(/its \/bin\/sh is for .*, wanted/);
    await expect(prepareSeed(request(other, { sha256: "1".repeat(64) }))).rejects.toMatchObject({
      code: "digest-mismatch",
    });
    await expect(prepareSeed(request(pack("text.tar", elf(3).fill(65))))).rejects.toMatchObject({
      code: "wrong-arch",
    });
    const cut = join(folder, "cut.tar.gz");
    fs.writeFileSync(cut, fs.readFileSync(other).subarray(0, 60));
    await expect(prepareSeed(request(cut))).rejects.toMatchObject({ code: "damaged-archive" });
    await expect(prepareSeed(request(join(folder, "absent.tar")))).rejects.toMatchObject({
      code: "seed-missing",
    });
    expect(before()).toEqual(kept);
  });
});

test("the error for an unknown name lists the known ones; another architecture is refused", async () => {
  await expect(prepareSeed(request("debian-11"))).rejects.toMatchObject({
    code: "unknown-seed",
    hint: expect.stringContaining("debian-12, debian-13, alpine, host"),
  });
  const arch = platform.host.arch === "x86_64" ? "aarch64" : "x86_64";
  await expect(prepareSeed(request("host", { arch }))).rejects.toMatchObject({ code: "wrong-arch" });
});
