/** GNU tar, the compressors and dpkg judge: the same archive gives the same folder. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import { Bq2Error } from "../base/error.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import { unpackArchive, unpackDeb } from "./unpack.ts";

const platform = nodePlatform();
let folder = "";
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "bq2-unpack-"));
});
afterAll(() => {
  spawnSync("chmod", ["-R", "u+rwX", folder]);
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A folder with a bit of everything, and the same as `name.tar`. */
function makeSource(name: string): string {
  const source = join(folder, name);
  fs.mkdirSync(join(source, "pkg-1/sub/read-only"), { recursive: true });
  const put = (path: string, text: string | Buffer, mode: number) => {
    fs.writeFileSync(join(source, "pkg-1", path), text);
    fs.chmodSync(join(source, "pkg-1", path), mode);
  };
  put("configure", "#!/bin/sh\n".repeat(40_000), 0o755);
  put("group-writable", "g", 0o664);
  put("private", "p", 0o600);
  put("a-setuid", "", 0o4755); // empty and first: no write clears the bit
  put("setuid", "s", 0o4755);
  put("sub/empty", "", 0o644);
  put("sub/read-only/file", Buffer.from([0, 255, 10]), 0o444);
  for (let i = 0; i < 500; i++) put(`sub/${i}.c`, `int x${i};\n`.repeat(i), 0o644);
  fs.linkSync(join(source, "pkg-1/private"), join(source, "pkg-1/another-name"));
  fs.symlinkSync("sub/0.c", join(source, "pkg-1/sym"));
  fs.truncateSync(join(source, "pkg-1/sub/empty"), 5_000_000); // a hole
  fs.chmodSync(join(source, "pkg-1/sub/read-only"), 0o555);
  execFileSync("find", [source, "-exec", "touch", "-h", "-d", "@1234567890", "{}", "+"]);
  execFileSync("tar", ["-cSf", `${source}.tar`, "--sort=name", "-C", source, "pkg-1"]);
  return source;
}

/** One line per name: kind, mode, size, time, link text, link count and the content's digest. */
function listing(root: string, ...notBelow: readonly string[]): string {
  const skip = notBelow.flatMap((path) => ["-not", "-path", path]);
  const format = "%P %y %m %s %T@ %n %l\n";
  const names = execFileSync(
    "find",
    [".", ...skip, "(", "-type", "d", "-printf", "%P d %m %T@\n", "-o", "-printf", format, ")"],
    { cwd: root, encoding: "utf8" },
  );
  const sums = execFileSync("find", [".", "-type", "f", "-exec", "sha256sum", "{}", "+"], {
    cwd: root,
    encoding: "utf8",
  });
  return `${names}${sums}`.split("\n").sort().join("\n");
}

const COMPRESSORS = [
  ["gz", "gzip"],
  ["xz", "xz"],
  ["bz2", "bzip2"],
  ["zst", "zstd"],
] as const;

test.skipIf(!requireTools("tar", "find", "sha256sum")).each(COMPRESSORS)(
  "a tar.%s is unpacked as it was packed",
  async (suffix, tool) => {
    if (!requireTools(tool)) return;
    const source = makeSource(`from-${suffix}`);
    execFileSync(tool, ["-qk", `${source}.tar`]);
    const target = join(folder, `to-${suffix}`);
    const umask = process.umask(0o077); // must not matter
    try {
      await unpackArchive(platform, { archive: `${source}.tar.${suffix}`, target, stripComponents: 1 });
    } finally {
      process.umask(umask);
    }
    expect(listing(target)).toBe(listing(join(source, "pkg-1")));
    expect(fs.statSync(join(target, "sub/empty")).blocks, "holes stay holes").toBeLessThan(100);
  },
);

test.skipIf(!requireTools("tar", "xz"))("a truncated or changed archive leaves nothing", async () => {
  const source = makeSource("damaged");
  execFileSync("xz", ["-qk", `${source}.tar`]);
  const whole = fs.readFileSync(`${source}.tar.xz`);
  const changed = Buffer.from(whole);
  changed.fill(0x55, whole.length >> 1, (whole.length >> 1) + 8);
  for (const [i, bytes] of [whole.subarray(0, whole.length >> 1), changed, Buffer.from("<html>")].entries()) {
    const archive = join(folder, `damaged-${i}.tar.xz`);
    const target = join(folder, `damaged-out-${i}`);
    fs.writeFileSync(archive, bytes);
    const error = await unpackArchive(platform, { archive, target }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Bq2Error);
    expect(error).toMatchObject({ code: "damaged-archive" });
    expect(String(error)).toContain(archive);
    expect(fs.readdirSync(folder).filter((name) => name.startsWith(`damaged-out-${i}`))).toEqual([]);
  }
});

test.skipIf(!requireTools("dpkg-deb", "find", "sha256sum")).each(["xz", "gzip", "zstd", "none"])(
  "a Debian package (%s) is unpacked as by dpkg-deb, into a folder that others share",
  async (compression) => {
    const source = join(folder, `deb-${compression}`);
    fs.mkdirSync(join(source, "DEBIAN"), { recursive: true });
    fs.mkdirSync(join(source, "usr/share/doc/x"), { recursive: true });
    fs.writeFileSync(
      join(source, "DEBIAN/control"),
      "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n",
    );
    fs.writeFileSync(join(source, "usr/share/doc/x/copyright"), "free");
    fs.symlinkSync("/proc/mounts", join(source, "usr/mtab"));
    execFileSync("dpkg-deb", ["-b", `-Z${compression}`, "--root-owner-group", source, `${source}.deb`], {
      stdio: "ignore",
    });
    const [ours, theirs] = [`${source}-ours`, `${source}-theirs`];
    for (const root of [ours, theirs]) fs.mkdirSync(join(root, "usr/share/other"), { recursive: true });
    execFileSync("dpkg-deb", ["-x", `${source}.deb`, theirs]);
    const request = { deb: `${source}.deb`, target: ours, temporary: `${ours}.data` };
    await unpackDeb(platform, request);
    await unpackDeb(platform, request); // again: the same
    const compare = (root: string) => listing(root, "./usr/share/other");
    expect(compare(ours)).toBe(compare(theirs));
    expect(fs.existsSync(request.temporary)).toBe(false);
    expect(fs.existsSync(join(ours, "usr/share/other"))).toBe(true);
  },
);

/** `unpackArchive` as a separate program: `node <file> ARCHIVE TARGET`. */
async function unpackProgram(): Promise<string> {
  const outfile = join(folder, "unpack.mjs");
  if (fs.existsSync(outfile)) return outfile;
  const contents = `
    import { nodePlatform } from "../platform/node/platform.ts";
    import { unpackArchive } from "./unpack.ts";
    const [archive, target] = process.argv.slice(2);
    await unpackArchive(nodePlatform(), { archive, target, devices: "skip", stripComponents: 1 });
  `;
  const stdin = { contents, resolveDir: import.meta.dirname, loader: "ts" } as const;
  await build({ stdin, bundle: true, platform: "node", format: "esm", external: ["koffi"], outfile });
  fs.symlinkSync(join(import.meta.dirname, "../../node_modules"), join(folder, "node_modules"));
  return outfile;
}

test.skipIf(!requireTools("tar", "setpriv", "mknod") || process.getuid?.() !== 0)(
  "an ordinary user gets what GNU tar gives them; devices are left out or refused",
  async () => {
    const source = makeSource("user");
    execFileSync("mknod", [join(source, "pkg-1/null"), "c", "1", "3"]);
    execFileSync("touch", ["-d", "@1234567890", join(source, "pkg-1")]);
    execFileSync("tar", ["-cSf", `${source}.tar`, "--sort=name", "-C", source, "pkg-1"]);
    const home = join(folder, "user-home");
    fs.mkdirSync(home);
    fs.chmodSync(folder, 0o755);
    fs.chownSync(home, 1000, 1000);
    const asUser = (...argv: readonly string[]) =>
      execFileSync("setpriv", ["--reuid=1000", "--regid=1000", "--clear-groups", ...argv]);
    asUser("tar", "-xpf", `${source}.tar`, "-C", home, "--exclude=pkg-1/null");
    asUser(process.execPath, await unpackProgram(), `${source}.tar`, join(home, "ours"));
    expect(listing(join(home, "ours"))).toBe(listing(join(home, "pkg-1")));
    expect(fs.statSync(join(home, "ours/private")).uid).toBe(1000);
    const refused = unpackArchive(platform, {
      archive: `${source}.tar`,
      target: join(folder, "user-refused"),
    });
    await expect(refused).rejects.toMatchObject({ code: "hostile-archive" });
  },
);

test.skipIf(!requireTools("tar"))("a run that is killed leaves nothing under the final name", async () => {
  const source = makeSource("killed");
  const target = join(folder, "killed-out");
  const argv = [await unpackProgram(), `${source}.tar`, target];
  const child = spawn(process.execPath, argv, { stdio: "ignore" });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  while (!fs.existsSync(join(`${target}.partial`, "sub"))) {
    expect(child.exitCode, "it ended before it could be killed").toBe(null);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  child.kill("SIGKILL");
  await ended;
  expect(fs.existsSync(target)).toBe(false);
  await unpackArchive(platform, { archive: `${source}.tar`, target, stripComponents: 1 });
  expect(listing(target)).toBe(listing(join(source, "pkg-1")));
  expect(fs.existsSync(`${target}.partial`)).toBe(false);
});
