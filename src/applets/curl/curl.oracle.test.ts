/** curl judges ours, with servers in this process that answer well and badly. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireTools } from "../../../tests/oracle.ts";
import { failing, type Handler, serve, startServer, type TestServer } from "../../sources/test-server.ts";
import { runOurs, runProgram } from "../test-run.ts";

const hasTools = requireTools("curl");
const BODY = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));

let folder = "";
let server: TestServer;
let raw: Server;
let rawBase = "";
/** By path: the bytes that the raw server sends before it closes the connection. */
const RAW: { [path: string]: string | Buffer } = {
  "/short": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
  "/none": "",
  "/until-close": "HTTP/1.0 200 OK\r\n\r\nall of it",
  "/bare-lf": "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
  "/continue": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
  "/more": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
  "/chunked":
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nT: x\r\n\r\n",
  "/chunk-cut": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
  "/chunk-bad": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
  "/not-http": "220 smtp.example.org ESMTP\r\n",
  "/loop": "HTTP/1.1 302 Found\r\nLocation: /loop\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
};

const echo: Handler = (request, response) => {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    const { "content-type": type, "x-test": test, range } = request.headers;
    response.end(`${request.method} ${request.url} ${type} ${test} ${range} ${body}`);
  });
};
const redirect =
  (status: number, to: string): Handler =>
  (_, response) =>
    void response.writeHead(status, { location: to }).end("moved");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bq2-curl-"));
  server = await startServer({
    "/file": serve(BODY),
    "/path/name.bin": serve(BODY.subarray(0, 1000)),
    "/empty": (_, response) => void response.end(),
    "/echo": echo,
    "/echo?a=b": echo,
    "/error": (_, response) =>
      void response.writeHead(503, { "content-type": "text/html" }).end("<html>no</html>"),
    "/to-file": redirect(301, "/file"),
    "/to-relative": redirect(302, "path/name.bin"),
    "/to-up": redirect(302, "../echo?a=b"),
    "/to-https": redirect(302, "https://127.0.0.1/x"),
    "/r301": redirect(301, "/echo"),
    "/r303": redirect(303, "/echo"),
    "/r307": redirect(307, "/echo"),
    "/whole": (_, response) => void response.end(BODY.subarray(0, 500)),
    "/slow": (_, response) => void response.write("a bit"),
    "/twice": failing(503, 1, serve(Buffer.from("at last"))),
  });
  raw = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.once("data", (chunk) => {
      const path = chunk.toString("latin1").split(" ")[1] ?? "";
      socket.end(RAW[path] ?? "");
    });
  });
  await new Promise<void>((resolve) => raw.listen(0, "127.0.0.1", resolve));
  const address = raw.address();
  rawBase = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});
afterAll(async () => {
  await server.close();
  raw.close();
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
interface Options {
  readonly files?: { readonly [name: string]: Buffer };
  readonly env?: { readonly [name: string]: string };
  /** Compare only exit code and files: standard output has curl's own messages, or headers with a date. */
  readonly ignoresOutput?: boolean;
}

/** Short enough to print when it differs. */
function shown(bytes: Buffer): string {
  if (bytes.length < 2000) return bytes.toString("latin1");
  return `${bytes.length} bytes, sha256 ${createHash("sha256").update(bytes).digest("hex")}`;
}

async function agree(args: readonly string[], { files = {}, env = {}, ignoresOutput = false }: Options = {}) {
  const results = [];
  for (const who of ["ours", "curl"] as const) {
    const cwd = join(folder, String(++count));
    mkdirSync(cwd);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(cwd, name), bytes);
    const options = { cwd, env };
    const run =
      who === "ours" ? await runOurs("curl", args, options) : await runProgram("curl", args, options);
    const names = readdirSync(cwd).sort();
    results.push({
      code: run.code,
      out: ignoresOutput ? "" : shown(run.out),
      files: names.map((name) => [name, shown(readFileSync(join(cwd, name)))]),
      error: run.error,
    });
  }
  const [ours, theirs] = results;
  expect({ ...ours, error: "" }, `${args.join(" ")}\n${ours?.error}`).toEqual({ ...theirs, error: "" });
  return ours;
}

test.skipIf(!hasTools)("bodies, files and headers are the same as curl's", async () => {
  const { base } = server;
  await agree(["-s", `${base}/file`]);
  await agree([`${base}/file`, "-o", "out"]);
  await agree(["-sO", `${base}/path/name.bin?x=y`], { ignoresOutput: true });
  await agree(["-s", "-O", `${base}/path/name.bin`, "-o", "two", `${base}/empty`]);
  await agree(["-s", "--create-dirs", "--output-dir", ".", "-o", "x", `${base}/empty`]);
  await agree(["-s", `${base.replace("http://", "")}/echo?a=b#part`]);
  await agree(["-s", "-H", "X-Test: yes", "-H", "Range: bytes=3-", `${base}/echo`]);
  await agree(["-s", "-r", "0-9", `${base}/echo`]);
  await agree(["-s", "-d", "a=1", "-d", "b=2", `${base}/echo`]);
  await agree(["-s", "-d", "@data", "--data-raw", "@x", `${base}/echo`], {
    files: { data: Buffer.from("l1\nl2\r\n") },
  });
  await agree(["-s", "--data-binary", "@data", `${base}/echo`], { files: { data: Buffer.from("l1\nl2\n") } });
  await agree(["-s", "-X", "DELETE", `${base}/echo`]);
  await agree(["-sI", `${base}/empty`], { ignoresOutput: true });
  await agree([
    "-s",
    "-w",
    "\\n%{http_code} %{size_download} %{url_effective} %{num_redirects}%%\\n",
    `${base}/empty`,
  ]);
  await agree([
    "-s",
    "-o",
    "x",
    "-w",
    "%{redirect_url} %{response_code} %{content_type}",
    `${base}/to-relative`,
  ]);
});

test.skipIf(!hasTools)("errors with -f, -s and -S", async () => {
  const { base } = server;
  await agree(["-s", `${base}/error`]);
  for (const flags of [["-f"], ["-fs"], ["-fsS"]]) {
    const run = await agree([...flags, "-o", "out", `${base}/error`]);
    expect(run?.code).toBe(22);
    expect(run?.files).toEqual([]);
    expect(run?.error === "").toBe(flags[0] === "-fs");
  }
  await agree(["-s", "-w", "%{http_code}", "http://127.0.0.1:1/"]);
  await agree(["-s", "http://no-such-host.invalid/"]);
  await agree(["-s", "http://"]);
  await agree(["--bogus"]);
  await agree([]);
  await agree(["-s", "-o", "no/such/folder/x", `${base}/file`]);
  await agree(["-s", "-o", "/dev/full", `${base}/file`]);
  await agree(["-s", "-m", "0.5", "-o", "out", `${base}/slow`]);
  const secure = await runOurs("curl", ["https://example.org/"], { cwd: folder });
  expect(secure.code).toBe(1);
  expect((await runOurs("curl", ["gopher://x/"], { cwd: folder })).code).toBe(1);
  expect(secure.error).toMatch(
    /^curl: \(1\) Protocol "https" not supported: this program has no TLS.*hint: /,
  );
});

test.skipIf(!hasTools)("malformed answers", async () => {
  for (const path of Object.keys(RAW)) {
    if (path === "/chunk-bad") continue; // curl: 56, a code of its library
    await agree(["-s", `${rawBase}${path}`], { ignoresOutput: path === "/not-http" });
  }
  expect((await runOurs("curl", [`${rawBase}/chunk-bad`], { cwd: folder })).code).toBe(1);
  await agree(["-sL", `${rawBase}/loop`]);
  await agree(["-sL", "--max-redirs", "3", "-w", "%{num_redirects}", `${rawBase}/loop`]);
});

test.skipIf(!hasTools)("redirects", async () => {
  const { base } = server;
  await agree(["-s", `${base}/to-file`]);
  await agree(["-sL", `${base}/to-file`]);
  await agree(["-sL", "-O", "-w", "%{filename_effective} %{num_redirects}", `${base}/to-file`], {
    ignoresOutput: true,
  });
  for (const path of ["/to-relative", "/to-up"])
    await agree(["-sL", "-w", "%{url_effective}", `${base}${path}`]);
  for (const path of ["/r301", "/r303", "/r307"]) await agree(["-sL", "-d", "x=1", `${base}${path}`]);
  expect((await runOurs("curl", ["-L", `${base}/to-https`], { cwd: folder })).code).toBe(1);
});

test.skipIf(!hasTools)("resuming and retries", async () => {
  const { base } = server;
  const part = { out: BODY.subarray(0, 1234) };
  await agree(["-s", "-C", "-", "-o", "out", `${base}/file`], { files: part });
  await agree(["-s", "-C", "-", "-o", "out", `${base}/file`]);
  await agree(["-s", "-C", "1234", "-o", "out", `${base}/file`], { files: part });
  await agree(["-s", "-C", "-", "-o", "out", `${base}/whole`], { files: part });
  const retried = await runOurs("curl", ["-s", "--retry", "2", "--retry-delay", "0", `${base}/twice`], {
    cwd: folder,
  });
  expect(retried).toMatchObject({ code: 0 });
  expect(retried.out.toString()).toMatch(/at last$/);
  const refused = await runOurs(
    "curl",
    ["-s", "--retry", "1", "--retry-connrefused", "http://127.0.0.1:1/"],
    { cwd: folder },
  );
  expect(refused.code).toBe(7);
});

test.skipIf(!hasTools)("proxies from the environment", async () => {
  const http_proxy = server.base;
  await agree(["-s", "http://example.invalid/echo"], { env: { http_proxy } });
  await agree(["-s", `${server.base}/echo`], {
    env: { http_proxy: "http://127.0.0.1:1", no_proxy: "127.0.0.1" },
  });
  await agree(["-s", `${server.base}/echo`], { env: { http_proxy: "127.0.0.1:1" } });
  await agree(["-s", "-x", server.base, "http://example.invalid/echo"]);
});

test.skipIf(!hasTools)("random bodies in random pieces", async () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.boolean(), async (parts, isChunked) => {
      const bodies = parts.map((part) => Buffer.from(part));
      const head = isChunked
        ? "Transfer-Encoding: chunked"
        : `Content-Length: ${Buffer.concat(bodies).length}`;
      const chunks = isChunked
        ? [
            ...bodies.map((part) =>
              Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n")]),
            ),
            Buffer.from("0\r\n\r\n"),
          ]
        : bodies;
      RAW["/random"] = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`), ...chunks]);
      const run = await runOurs("curl", ["-s", `${rawBase}/random`], { cwd: folder });
      expect(run.code).toBe(0);
      expect(run.out.equals(Buffer.concat(bodies))).toBe(true);
    }),
    { numRuns: 30, seed: 1 },
  );
});
