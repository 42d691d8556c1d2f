/** Downloads from a real HTTP server, with the usual faults of servers, networks and disks. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import type { Archive, Origin } from "../plan/source.ts";
import type { Fetcher } from "../platform/network.ts";
import { nodeFetcher } from "../platform/node/fetch.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import { archivePaths } from "./cache.ts";
import { type FetchEvent, type FetchOptions, fetchArchives } from "./fetch.ts";
import {
  cutAfter,
  failing,
  type Handler,
  serve,
  serveWhole,
  startServer,
  type TestServer,
} from "./test-server.ts";

const platform = nodePlatform();
const GOOD = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const WRONG = GOOD.map((byte, i) => (i === 150_000 ? byte ^ 1 : byte));
const HTML = new TextEncoder().encode("<!DOCTYPE html><title>Log in</title>".padEnd(GOOD.length));

let cache: string;
let fetcher: Fetcher;
let server: TestServer | undefined;
let events: FetchEvent[];

beforeEach(() => {
  cache = fs.mkdtempSync(join(tmpdir(), "bq2-fetch-"));
  fetcher = nodeFetcher({
    env: {},
    limits: { idleSeconds: 1, connectSeconds: 1, headSeconds: 2, slowestSeconds: 2 },
  });
  events = [];
});
afterEach(async () => {
  await fetcher.close();
  await server?.close();
  server = undefined;
  fs.rmSync(cache, { recursive: true });
});

function archive(origins: readonly string[], bytes = GOOD, file = "good-1.0.tar"): Archive {
  const urls: Origin[] = origins.map((url) => ({ kind: "url", url }));
  return {
    file,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    size: bytes.length,
    origins: urls,
  };
}

/** Starts a server, and describes an archive whose origins are these paths of it, in order. */
async function pinned(handlers: { readonly [path: string]: Handler }, paths = Object.keys(handlers)) {
  server = await startServer(handlers);
  const { base } = server;
  return archive(paths.map((path) => base + path));
}

function options(more: Partial<FetchOptions> = {}): FetchOptions {
  return { platform, fetcher, cache, retrySeconds: [0, 0], onEvent: (event) => events.push(event), ...more };
}

async function fetched(wanted: Archive, more: Partial<FetchOptions> = {}): Promise<void> {
  const [result] = await fetchArchives([wanted], options(more));
  expect(fs.readFileSync(result?.path ?? "").equals(GOOD)).toBe(true);
  expect(fs.readdirSync(archivePaths(cache, wanted).folder).sort()).toEqual([
    wanted.file,
    `${wanted.file}.json`,
    "lock",
  ]);
}

/** Expects the download to fail and to leave nothing under the final name; returns the message. */
async function failed(wanted: Archive, more: Partial<FetchOptions> = {}): Promise<string> {
  const error = await fetchArchives([wanted], options(more)).then(
    () => expect.unreachable("an error was wanted"),
    (caught: unknown) => caught as Error,
  );
  expect(fs.existsSync(archivePaths(cache, wanted).file)).toBe(false);
  return error.message;
}

const kinds = (): readonly string[] =>
  events.map((event) => event.kind).filter((kind) => kind !== "progress");
const ranges = (): readonly (string | undefined)[] => server?.requests.map((request) => request.range) ?? [];

describe("servers", () => {
  test("a good file is kept with its record, and is not requested again", async () => {
    const wanted = await pinned({ "/good": serve(GOOD) });
    await fetched(wanted);
    const record = JSON.parse(fs.readFileSync(archivePaths(cache, wanted).record, "utf8"));
    expect(record.origin).toBe(`${server?.base}/good`);
    expect(record.verifiedAt).toMatch(/^\d{4}-\d\d-\d\dT/);
    await fetched(wanted, { offline: true });
    expect(server?.requests.length).toBe(1);
    expect(kinds()).toEqual(["fetched", "cached"]);
  });

  test("a missing file is not tried twice; the next origin is tried", async () => {
    await fetched(await pinned({ "/good": serve(GOOD) }, ["/absent", "/good"]));
    expect(server?.requests.map((request) => request.path)).toEqual(["/absent", "/good"]);
    expect(kinds()).toEqual(["refused", "fetched"]);
  });

  test("an HTML page is recognized, whether or not its size is right", async () => {
    const page: Handler = (_request, response) =>
      void response.setHeader("content-type", "text/html").end("<html>no");
    const padded: Handler = (_request, response) => void response.end(HTML);
    const message = await failed(await pinned({ "/page": page, "/padded": padded }));
    expect(message.match(/HTML page/g)?.length).toBe(2);
  });

  test("wrong, too many and too few bytes are refused, and the good origin is used", async () => {
    const wanted = await pinned({
      "/wrong": serve(WRONG),
      "/long": (_request, response) => void response.end(Buffer.concat([GOOD, GOOD])),
      "/endless": (_request, response) => {
        response.write(GOOD);
        response.end(GOOD);
      },
      "/short": serve(GOOD.subarray(0, 1000)),
      "/good": serve(GOOD),
    });
    await fetched(wanted);
    const reasons = events.flatMap((event) => (event.kind === "refused" ? [event.reason] : []));
    expect(reasons[0]).toMatch(/its sha256 is [0-9a-f]{64} instead of the pinned/);
    expect(reasons[1]).toMatch(/it has 600000 bytes instead of the pinned 300000/);
    expect(reasons[2]).toMatch(/continues after 300000 bytes/);
    expect(reasons[3]).toMatch(/it has 1000 bytes/);
  });

  test("a cut connection is resumed where it stopped", async () => {
    await fetched(await pinned({ "/cut": cutAfter(GOOD, 100_000, serve(GOOD)) }));
    expect(ranges()).toEqual([undefined, "bytes=100000-"]);
    expect(kinds()).toEqual(["retry", "fetched"]);
  });

  test("a download from a server without Range starts again", async () => {
    await fetched(await pinned({ "/cut": cutAfter(GOOD, 100_000, serveWhole(GOOD)) }));
    expect(ranges()).toEqual([undefined, "bytes=100000-"]);
  });

  test("a download starts again if the file changed between two requests (another ETag)", async () => {
    const other: Handler = (request, response) => {
      expect(request.headers["if-range"]).toBe('"one"');
      serveWhole(GOOD)(request, response);
    };
    await fetched(await pinned({ "/cut": cutAfter(GOOD, 100_000, other) }));
  });

  test("a part left by an earlier run is continued, from another origin too", async () => {
    const wanted = await pinned({ "/good": serve(GOOD) });
    const paths = archivePaths(cache, wanted);
    fs.mkdirSync(paths.folder, { recursive: true });
    fs.writeFileSync(paths.part, GOOD.subarray(0, 1234));
    await fetched(wanted);
    expect(ranges()).toEqual(["bytes=1234-"]);
  });

  test("a part with wrong bytes costs only one more try", async () => {
    const wanted = await pinned({ "/good": serve(GOOD) });
    const paths = archivePaths(cache, wanted);
    fs.mkdirSync(paths.folder, { recursive: true });
    fs.writeFileSync(paths.part, WRONG.subarray(0, 200_000));
    await fetched(wanted);
    expect(ranges()).toEqual(["bytes=200000-", undefined]);
  });

  test("a whole part (from a run that ended before renaming it) needs no download", async () => {
    const wanted = await pinned({ "/good": serve(GOOD) });
    const paths = archivePaths(cache, wanted);
    fs.mkdirSync(paths.folder, { recursive: true });
    fs.writeFileSync(paths.part, GOOD);
    await fetched(wanted, { offline: true });
    expect(ranges()).toEqual([]);
  });

  test("a damaged file in the cache is reported and fetched again", async () => {
    const wanted = await pinned({ "/good": serve(GOOD) });
    await fetched(wanted);
    fs.writeFileSync(archivePaths(cache, wanted).file, WRONG);
    await fetched(wanted);
    expect(kinds()).toEqual(["fetched", "damaged", "fetched"]);
  });

  test("HTTP 500 once, and HTTP 500 always", async () => {
    await fetched(await pinned({ "/shaky": failing(500, 2, serve(GOOD)) }));
    expect(kinds()).toEqual(["retry", "retry", "fetched"]);
    await server?.close();
    expect(
      await failed(archive([`${await pinnedBase({ "/down": failing(503, 99, serve(GOOD)) })}/down`], WRONG)),
    ).toMatch(/HTTP 503/);
    expect(server?.requests.length).toBe(3);
  });

  test("a body or a head that only trickles ends in a time-out", async () => {
    const trickle = (response: ServerResponse, text: string): void => {
      const timer = setInterval(() => response.socket?.write(text), 100);
      response.on("close", () => clearInterval(timer));
    };
    const body: Handler = (_request, response) => {
      response.writeHead(200, { "content-length": GOOD.length }).flushHeaders();
      trickle(response, "x");
    };
    const head: Handler = (_request, response) => {
      response.socket?.write("HTTP/1.1 200 OK\r\n");
      trickle(response, "x: y\r\n");
    };
    expect(await failed(await pinned({ "/body": body }), { retrySeconds: [] })).toMatch(
      /too slow: \d+ bytes/,
    );
    await server?.close();
    expect(await failed(await pinned({ "/head": head }), { retrySeconds: [] })).toMatch(/for too long/);
  });

  test("a silent server ends in a time-out", async () => {
    const silent: Handler = (_request, response) => {
      response.writeHead(200, { "content-length": GOOD.length });
      response.write(GOOD.subarray(0, 1000));
    };
    expect(await failed(await pinned({ "/silent": silent }), { retrySeconds: [] })).toMatch(/for too long/);
  });

  test("redirects are followed, a loop of them is not", async () => {
    const to =
      (location: string): Handler =>
      (_request, response) =>
        void response.writeHead(302, { location }).end();
    await fetched(await pinned({ "/old": to("/new"), "/new": serve(GOOD) }, ["/old"]));
    await server?.close();
    const base = await pinnedBase({ "/a": to("/b"), "/b": to("/a"), "/file": to("file:///etc/passwd") });
    expect(await failed(archive([`${base}/a`, `${base}/file`], WRONG))).toMatch(
      /more than 10 redirects[\s\S]*not an http\(s\) address/,
    );
  });

  test("nobody listens: the error names every origin", async () => {
    const message = await failed(archive(["http://127.0.0.1:1/a", "http://127.0.0.1:1/b"]));
    expect(message).toMatch(
      /Cannot fetch 1 of 1 archives:\n {2}good-1\.0\.tar .*\n.*\/a: cannot reach.*\n.*\/b: cannot reach/,
    );
  });

  test("one archive that fails does not stop the others", async () => {
    const wanted = await pinned({ "/good": serve(GOOD) });
    const absent = archive([`${server?.base}/absent`], WRONG, "absent.tar");
    await expect(fetchArchives([absent, wanted], options())).rejects.toThrow("Cannot fetch 1 of 2 archives");
    expect(fs.existsSync(archivePaths(cache, wanted).file)).toBe(true);
  });

  test("a proxy from the environment is used, and no_proxy is heeded", async () => {
    const wanted = await pinned({ "/good": serve(GOOD) });
    const dead = { http_proxy: "http://127.0.0.1:1" };
    const proxied = nodeFetcher({ env: dead });
    expect(await failed(wanted, { fetcher: proxied, retrySeconds: [] })).toMatch(/cannot reach/);
    const direct = nodeFetcher({ env: { ...dead, no_proxy: "127.0.0.1" } });
    await fetched(wanted, { fetcher: direct });
    await Promise.all([proxied.close(), direct.close()]);
  });
});

async function pinnedBase(handlers: { readonly [path: string]: Handler }): Promise<string> {
  server = await startServer(handlers);
  return server.base;
}

describe("mirror and offline", () => {
  test("a folder of copies is searched first, by name or by sha256", async () => {
    const wanted = archive(["http://127.0.0.1:1/other-name.tar"]);
    for (const name of [wanted.file, wanted.sha256, "other-name.tar", `${wanted.sha256}/${wanted.file}`]) {
      const mirror = fs.mkdtempSync(join(cache, "mirror-"));
      fs.mkdirSync(join(mirror, wanted.sha256 === name ? "." : wanted.sha256), { recursive: true });
      fs.writeFileSync(join(mirror, name), GOOD);
      fs.rmSync(join(cache, "archives"), { recursive: true, force: true });
      await fetched(wanted, { mirror, offline: true });
    }
  });

  test("a changed copy is refused, and without a network the fetch fails", async () => {
    const wanted = archive(["http://127.0.0.1:1/x"]);
    fs.writeFileSync(join(cache, wanted.file), WRONG);
    const message = await failed(wanted, { mirror: cache, offline: true });
    expect(message).toMatch(/Cannot fetch 1 of 1 archives offline:\n.*\n.*its sha256 is/);
  });
});

/** A separate program that fetches argv's archive into argv's cache and prints the outcome. */
const PROGRAM = `
import { execFileSync } from "node:child_process";
import { nodePlatform } from "../platform/node/platform.ts";
import { nodeFetcher } from "../platform/node/fetch.ts";
import { fetchArchives } from "./fetch.ts";
const [cache, archive, tmpfsSize] = process.argv.slice(2);
if (tmpfsSize) execFileSync("mount", ["-t", "tmpfs", "-o", "size=" + tmpfsSize, "tmpfs", cache]);
const fetcher = nodeFetcher({ env: {} });
const platform = nodePlatform();
const outcome = {};
const once = () => fetchArchives([JSON.parse(archive)], { platform, fetcher, cache, retrySeconds: [0] });
const told = (error) => ({ code: error.code, message: error.message, hint: error.hint });
outcome.first = await once().then(() => "fetched", told);
if (tmpfsSize) {
  outcome.left = execFileSync("find", [cache, "-type", "f", "-printf", "%f %s\\n"]).toString();
  execFileSync("mount", ["-o", "remount,size=2m", cache]);
  outcome.second = await once().then(() => "fetched", told);
}
console.log(JSON.stringify(outcome));
await fetcher.close();
`;

async function bundledProgram(): Promise<string> {
  const outfile = join(cache, "program.mjs");
  await build({
    stdin: { contents: PROGRAM, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outfile,
    logLevel: "error",
  });
  // Packages are found from the checkout, wherever the bundle is.
  fs.symlinkSync(join(import.meta.dirname, "../../node_modules"), join(cache, "node_modules"));
  return outfile;
}

describe("processes and disks", () => {
  const asUser = process.getuid?.() === 0 && requireTools("setpriv");
  test.skipIf(!asUser)(
    "another user's cache serves what it holds; for anything else the error says what to set",
    async () => {
      const wanted = await pinned({ "/good": serve(GOOD) });
      const folder = join(cache, "theirs");
      await fetchArchives([wanted], options({ cache: folder }));
      const program = await bundledProgram();
      fs.chmodSync(cache, 0o755);
      const run = async (one: Archive) => {
        const argv = [
          "--reuid=65534",
          "--clear-groups",
          process.execPath,
          program,
          folder,
          JSON.stringify(one),
        ];
        return JSON.parse((await promisify(execFile)("setpriv", argv)).stdout).first;
      };
      expect(await run(wanted)).toBe("fetched");
      expect(await run(archive([`${server?.base}/good`], WRONG))).toMatchObject({
        code: "EACCES",
        hint: expect.stringContaining("BQ2_CACHE"),
      });
    },
  );

  test("two processes at once fetch it once", async () => {
    const slow: Handler = (_request, response) => {
      response.writeHead(200, { "content-length": GOOD.length });
      response.write(GOOD.subarray(0, 1000));
      setTimeout(() => response.end(GOOD.subarray(1000)), 700);
    };
    const wanted = await pinned({ "/slow": slow });
    const program = await bundledProgram();
    const folder = join(cache, "shared");
    const run = () => promisify(execFile)(process.execPath, [program, folder, JSON.stringify(wanted)]);
    const outputs = await Promise.all([run(), run()]);
    expect(outputs.map((output) => JSON.parse(output.stdout).first)).toEqual(["fetched", "fetched"]);
    expect(server?.requests.length).toBe(1);
    expect(fs.readFileSync(archivePaths(folder, wanted).file).equals(GOOD)).toBe(true);
  });

  const namespaces = requireTools("unshare", "mount", "find");
  test.skipIf(!namespaces)(
    "a full disk is one clear error; once there is space, the part is continued",
    async () => {
      const wanted = await pinned({ "/good": serve(GOOD), "/also": serve(GOOD) });
      const program = await bundledProgram();
      const disk = fs.mkdtempSync(join(cache, "disk-"));
      const argv = ["-Urm", process.execPath, program, disk, JSON.stringify(wanted), "160k"];
      const { stdout } = await promisify(execFile)("unshare", argv);
      const outcome = JSON.parse(stdout);
      expect(outcome.first.code).toBe("ENOSPC");
      expect(outcome.first.message).toMatch(/no space left in .*, \d+ of 300000 bytes are missing/);
      expect(outcome.left).toMatch(/good-1\.0\.tar\.part \d{5,}/);
      expect(outcome.left).not.toMatch(/good-1\.0\.tar \d/);
      expect(outcome.second).toBe("fetched");
      expect(ranges()).toEqual([undefined, expect.stringMatching(/^bytes=\d{5,}-$/)]);
    },
  );
});
