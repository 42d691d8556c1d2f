/**
 * The seed `alpine`, and tarballs named by URL or release, from a server on this machine. GNU tar writes the
 * invented minirootfs, index and packages. Nobody has tried this with Alpine's own server yet.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import { nodeFetcher } from "../platform/node/fetch.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import type { Platform } from "../platform/platform.ts";
import { type Handler, serve, startServer, type TestServer } from "../sources/test-server.ts";
import type { SeedRequest } from "./resolved-seed.ts";
import { prepareSeed } from "./seed.ts";

const node = nodePlatform();
const fetcher = nodeFetcher({ env: {} });
const { arch } = node.host;
const RELEASES = `/v3.23/releases/${arch}/alpine-minirootfs-3.23.2-${arch}.tar.gz`;
const MAIN = `/v3.23/main/${arch}`;

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

let folder: string;
let server: TestServer;
let handlers: Record<string, Handler>;
beforeAll(async () => {
  folder = fs.mkdtempSync(join(tmpdir(), "bq2-alpine-"));
  handlers = {};
  server = await startServer(handlers);
});
afterAll(async () => {
  await fetcher.close();
  await server.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A tar archive of these files; with `isPiece`, without the zero blocks at its end, as abuild cuts it. */
function tar(files: Readonly<Record<string, string | Uint8Array>>, isPiece = false): Buffer {
  const root = fs.mkdtempSync(join(folder, "tree-"));
  for (const [path, content] of Object.entries(files)) {
    fs.mkdirSync(join(root, path, ".."), { recursive: true });
    fs.writeFileSync(join(root, path), content, { mode: 0o755 });
  }
  const whole = execFileSync("tar", ["-c", "-C", root, ...fs.readdirSync(root)], { maxBuffer: 1 << 28 });
  let end = whole.length;
  while (isPiece && end >= 512 && whole.subarray(end - 512, end).every((byte) => byte === 0)) end -= 512;
  return whole.subarray(0, end);
}

function shell(): Uint8Array {
  const header = new Uint8Array(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  new DataView(header.buffer).setUint16(18, arch === "x86_64" ? 62 : 183, true);
  return header;
}

/** Serves a package of one file; returns its record for the index. */
function addApk(name: string, needs: string, provides: string, damage = false): string {
  const data = gzipSync(tar({ [`usr/bin/${name}`]: `I am ${name}\n` }));
  const info = `pkgname = ${name}\ndatahash = ${damage ? "0".repeat(64) : sha256(data)}\n`;
  const control = gzipSync(tar({ ".PKGINFO": info }, true));
  const signature = gzipSync(tar({ ".SIGN.RSA.somebody.rsa.pub": "signed" }, true));
  handlers[`${MAIN}/${name}-1-r0.apk`] = serve(Buffer.concat([signature, control, data]));
  const checksum = createHash("sha1").update(control).digest("base64");
  return `C:Q1${checksum}\nP:${name}\nV:1-r0\nA:${arch}\nS:1\nD:${needs}\np:${provides}\n`;
}

function serveAlpine(records: readonly string[]): void {
  const minirootfs = gzipSync(tar({ "bin/sh": shell(), "etc/alpine-release": "3.23.2\n" }));
  handlers[RELEASES] = serve(minirootfs);
  handlers[`${RELEASES}.sha256`] = serve(Buffer.from(`${sha256(minirootfs)}  a.tar.gz\n`));
  const index = gzipSync(tar({ DESCRIPTION: "v3.23", APKINDEX: `${records.join("\n")}\n` }));
  const signature = gzipSync(tar({ ".SIGN.RSA.somebody.rsa.pub": "signed" }, true));
  handlers[`${MAIN}/APKINDEX.tar.gz`] = serve(Buffer.concat([signature, index]));
}

function request(name: string, more: Partial<SeedRequest> = {}): SeedRequest {
  const env = { ...node.host.env, BQ2_ALPINE_MIRROR: server.base, BQ2_RELEASES: `${server.base}/releases` };
  const platform: Platform = { ...node, host: { ...node.host, env } };
  const packages = [
    { name: "dash", program: "sh" },
    { name: "gcc", program: "gcc" },
  ];
  return { platform, fetcher, cache: join(folder, "cache"), name, arch, packages, ...more };
}

describe.skipIf(!requireTools("tar", "gzip", "sync"))("seeds from a server", () => {
  test("alpine: the minirootfs, the packages and all that they need, once each", async () => {
    const gcc = addApk("gcc", "binutils=1-r0 so:libc.musl.so.1 !clang", "cmd:gcc=1-r0");
    const binutils = addApk("binutils", "", "cmd:ld=1-r0");
    const musl = addApk("musl", "", "so:libc.musl.so.1=1");
    serveAlpine([gcc, binutils, musl, addApk("unwanted", "", "")]);
    const seed = await prepareSeed(request("alpine"));
    if (seed.base.kind !== "tree") throw new Error("a tree was wanted");
    const { folder: root } = seed.base;
    expect(fs.readFileSync(join(root, "etc/alpine-release"), "utf8")).toBe("3.23.2\n");
    for (const name of ["gcc", "binutils", "musl"])
      expect(fs.readFileSync(join(root, "usr/bin", name), "utf8")).toBe(`I am ${name}\n`);
    expect(fs.existsSync(join(root, "usr/bin/unwanted"))).toBe(false);
    expect(fs.readlinkSync(join(root, `usr/bin/${arch}-linux-gnu-gcc`))).toBe("gcc");
    expect(seed.isOwn).toBe(false);
    const asked = server.requests.length;
    expect(await prepareSeed(request("alpine", { digest: seed.digest }))).toEqual(seed);
    expect(server.requests.length).toBe(asked);
  });

  test("alpine: a package that is missing or differs from index or .PKGINFO is refused", async () => {
    serveAlpine([addApk("gcc", "", "", true)]);
    await expect(prepareSeed(request("alpine"))).rejects.toThrow(/gcc-1-r0\.apk: its data has sha256/);
    serveAlpine([addApk("gcc", "", "").replace(/C:Q1.{4}/, "C:Q1AAAA")]);
    await expect(prepareSeed(request("alpine"))).rejects.toMatchObject({ code: "digest-mismatch" });
    serveAlpine([addApk("gcc", "so:absent", "")]);
    await expect(prepareSeed(request("alpine"))).rejects.toThrow(
      /nothing provides so:absent, which gcc needs/,
    );
    await expect(prepareSeed(request("alpine", { sha256: "1".repeat(64) }))).rejects.toThrow();
  });

  test("a release by name, a tarball by URL: checked by the digest beside it, or the one given", async () => {
    const own = gzipSync(tar({ "bin/sh": shell(), ".bq2-rootfs": "0.1.0\n" }));
    const name = `bq2-rootfs-0.1.0-${arch}.tar.gz`;
    handlers[`/releases/v0.1.0/${name}`] = serve(own);
    handlers[`/releases/v0.1.0/${name}.sha256`] = serve(Buffer.from(`${sha256(own)}  ${name}\n`));
    const release = await prepareSeed(request("bq2-rootfs-0.1.0"));
    expect([release.digest, release.isOwn]).toEqual([sha256(own), true]);

    const other = gzipSync(tar({ "bin/sh": shell(), "etc/other": "1" }));
    handlers["/other.tar.gz"] = serve(other);
    const url = `${server.base}/other.tar.gz`;
    await expect(prepareSeed(request(url))).rejects.toThrow(/other\.tar\.gz\.sha256: HTTP 404/);
    expect((await prepareSeed(request(url, { sha256: sha256(other) }))).isOwn).toBe(false);
    handlers["/wrong.tar.gz"] = serve(other);
    await expect(
      prepareSeed(request(`${server.base}/wrong.tar.gz`, { sha256: "2".repeat(64) })),
    ).rejects.toMatchObject({ code: "fetch-failed" });
    const notOurs = gzipSync(tar({ "bin/sh": shell(), not: "ours" }));
    handlers["/bq2-rootfs-0.0.9.tar.gz"] = serve(notOurs);
    await expect(
      prepareSeed(request(`${server.base}/bq2-rootfs-0.0.9.tar.gz`, { sha256: sha256(notOurs) })),
    ).rejects.toMatchObject({ code: "not-own-rootfs" });
    await expect(prepareSeed({ ...request("bq2-rootfs-0.2.0"), platform: node })).rejects.toMatchObject({
      code: "no-releases",
    });
  });
});
