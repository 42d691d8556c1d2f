/**
 * Compressed files as plain bytes. gzip by Node's zlib, on another thread: that takes half the time of
 * gzip(1). The others by the usual programs, which run beside this process.
 */
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Bq2Error, describeError, errorCode } from "../base/error.ts";
import { decodeUtf8 } from "../base/text.ts";
import { nodeFiles } from "./node-files.ts";
import { nodeProcesses } from "./node-processes.ts";
import { type Child, type Compression, SystemError } from "./platform.ts";

interface Tool {
  readonly argv: readonly string[];
  /** The Debian package that brings it. */
  readonly package: string;
}

/** All read standard input to its end and fail where it is truncated or corrupt. */
const TOOLS: { readonly [C in Exclude<Compression, "none" | "gzip">]: Tool } = {
  xz: { argv: ["xz", "-dc", "-T0"], package: "xz-utils" }, // -T0: archives made of blocks use all processors
  bzip2: { argv: ["bzip2", "-dc"], package: "bzip2" },
  zstd: { argv: ["zstd", "-dc", "-q"], package: "zstd" },
};

const CHUNK = 1 << 20;
const STDERR_KEPT = 2000;

export async function* decompressFile(path: string, compression: Compression): AsyncIterable<Uint8Array> {
  const fd = nodeFiles.open(path, "read");
  try {
    if (compression === "none") yield* plainChunks(fd);
    else if (compression === "gzip") yield* gunzipped(fd, path);
    else yield* throughTool(fd, path, compression);
  } finally {
    nodeFiles.close(fd);
  }
}

function* plainChunks(fd: number): Iterable<Uint8Array> {
  for (;;) {
    const chunk = new Uint8Array(CHUNK);
    const length = nodeFiles.read(fd, chunk, 0, CHUNK, null);
    if (length === 0) return;
    yield chunk.subarray(0, length);
  }
}

async function* gunzipped(fd: number, path: string): AsyncIterable<Uint8Array> {
  const input = Readable.from(plainChunks(fd), { objectMode: false });
  const output = createGunzip({ chunkSize: CHUNK });
  input.on("error", (error) => output.destroy(error));
  let isEmpty = true; // zlib finds nothing wrong with a file of no bytes
  input.once("data", () => {
    isEmpty = false;
  });
  try {
    yield* input.pipe(output);
  } catch (error) {
    throw error instanceof SystemError ? error : damaged(path, `zlib says: ${describeError(error)}`);
  } finally {
    input.destroy();
  }
  if (isEmpty) throw damaged(path, "it is empty");
}

async function* throughTool(
  fd: number,
  path: string,
  compression: keyof typeof TOOLS,
): AsyncIterable<Uint8Array> {
  const child = await startTool(fd, path, compression);
  const complaint = firstWords(child.stderr);
  let finished = false;
  try {
    yield* child.stdout;
    finished = true;
  } finally {
    if (!finished) child.kill("SIGKILL"); // the consumer has stopped early
  }
  const exit = await child.wait();
  if (exit.code === 0) return;
  const reason = (await complaint) || `it ended with ${exit.signal ?? `exit code ${exit.code}`}`;
  throw damaged(path, `${TOOLS[compression].argv[0]} says: ${reason}`);
}

function damaged(path: string, reason: string): Bq2Error {
  return new Bq2Error(`Cannot unpack ${path}: ${reason}`, {
    code: "damaged-archive",
    hint: "the file is truncated or corrupt; delete it and fetch it again",
  });
}

async function startTool(fd: number, path: string, compression: keyof typeof TOOLS): Promise<Child> {
  const { argv, package: debianPackage } = TOOLS[compression];
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" };
  try {
    return await nodeProcesses.spawn({ argv, cwd: "/", env, stdin: { fd }, stdout: "pipe", stderr: "pipe" });
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new Bq2Error(`Cannot unpack ${path}: the program ${argv[0]} is not installed`, {
      code: "missing-tool",
      hint: `install it: apt-get install ${debianPackage}`,
      cause: error,
    });
  }
}

async function firstWords(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream) if (text.length < STDERR_KEPT) text += decodeUtf8(chunk);
  return text.slice(0, STDERR_KEPT).trim().replaceAll("\n", "; ");
}
