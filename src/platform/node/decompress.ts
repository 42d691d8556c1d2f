/**
 * Decompresses files and streams: gzip by Node's zlib on another thread, in half the time of gzip(1), the
 * other formats by the usual programs in child processes.
 */
import { closeSync, read as readBeside } from "node:fs";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import { Bq2Error, describeError, errorCode } from "../../base/error.ts";
import { decodeUtf8 } from "../../base/text.ts";
import { chunksOf } from "../files.ts";
import { type ByteSource, type Child, type Compression, type Stream, SystemError } from "../platform.ts";
import { nodeFiles } from "./files.ts";
import { makePipe } from "./libc.ts";
import { nodeProcesses } from "./processes.ts";

interface Tool {
  readonly argv: readonly string[];
  /** The Debian package that contains it. */
  readonly package: string;
}

/** All read standard input to its end, and fail if it is truncated or corrupt. */
const TOOLS: { readonly [C in Exclude<Compression, "none" | "gzip">]: Tool } = {
  xz: { argv: ["xz", "-dc", "-T0"], package: "xz-utils" }, // -T0: blocks on all processors
  bzip2: { argv: ["bzip2", "-dc"], package: "bzip2" },
  zstd: { argv: ["zstd", "-dc", "-q"], package: "zstd" },
};

const CHUNK = 1 << 20;
const STDERR_KEPT = 2000;

export async function* decompress(
  source: string | ByteSource,
  compression: Compression,
): AsyncIterable<Uint8Array> {
  const { name, chunks } = typeof source === "string" ? { name: source, chunks: fileChunks(source) } : source;
  if (compression === "none") yield* chunks;
  else if (compression === "gzip") yield* gunzipped(chunks, name);
  else if (typeof source !== "string") yield* throughTool("pipe", chunks, name, compression);
  else {
    const fd = nodeFiles.open(source, "read");
    try {
      yield* throughTool({ fd }, [], name, compression);
    } finally {
      nodeFiles.close(fd);
    }
  }
}

function* fileChunks(path: string): Iterable<Uint8Array> {
  const fd = nodeFiles.open(path, "read");
  try {
    for (const chunk of chunksOf(nodeFiles, fd)) yield chunk.slice();
  } finally {
    nodeFiles.close(fd);
  }
}

async function* gunzipped(chunks: Iterable<Uint8Array>, name: string): AsyncIterable<Uint8Array> {
  const input = Readable.from(chunks, { objectMode: false });
  const output = createGunzip({ chunkSize: CHUNK });
  input.on("error", (error) => output.destroy(error));
  let isEmpty = true; // zlib accepts an empty file
  input.once("data", () => {
    isEmpty = false;
  });
  try {
    yield* input.pipe(output);
  } catch (error) {
    throw error instanceof SystemError ? error : damaged(name, `zlib says: ${describeError(error)}`);
  } finally {
    input.destroy();
  }
  if (isEmpty) throw damaged(name, "it is empty");
}

/** The tool reads a descriptor, or `chunks` through a pipe. */
async function* throughTool(
  stdin: Stream,
  chunks: Iterable<Uint8Array>,
  name: string,
  compression: keyof typeof TOOLS,
): AsyncIterable<Uint8Array> {
  const output = makePipe(CHUNK);
  try {
    const child = await startTool(stdin, { fd: output.writeFd }, name, compression).finally(() =>
      closeSync(output.writeFd),
    );
    const complaint = firstText(child.stderr);
    const feeding = feed(child, chunks);
    let finished = false;
    try {
      yield* pipeChunks(output.readFd);
      finished = true;
    } finally {
      if (!finished) child.kill("SIGKILL"); // the consumer stopped early
    }
    await feeding;
    const exit = await child.wait();
    if (exit.code === 0) return;
    const reason = (await complaint) || `it ended with ${exit.signal ?? `exit code ${exit.code}`}`;
    throw damaged(name, `${TOOLS[compression].argv[0]} says: ${reason}`);
  } finally {
    closeSync(output.readFd);
  }
}

const readSome = promisify(readBeside);

/** A chunk is valid until the next one is requested. Tools write 8 KiB at a time; one read takes all. */
async function* pipeChunks(fd: number): AsyncIterable<Uint8Array> {
  const buffer = new Uint8Array(CHUNK);
  for (;;) {
    const { bytesRead } = await readSome(fd, buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function feed(child: Child, chunks: Iterable<Uint8Array>): Promise<void> {
  try {
    for (const chunk of chunks) await child.write(chunk);
  } catch {
    // The child ended early; its exit code says why.
  }
  child.closeInput();
}

function damaged(name: string, reason: string): Bq2Error {
  return new Bq2Error(`Cannot unpack ${name}: ${reason}`, {
    code: "damaged-archive",
    hint: "the file is truncated or corrupt; delete it and fetch it again",
  });
}

async function startTool(
  stdin: Stream,
  stdout: Stream,
  name: string,
  compression: keyof typeof TOOLS,
): Promise<Child> {
  const { argv, package: debianPackage } = TOOLS[compression];
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" };
  try {
    return await nodeProcesses.spawn({ argv, cwd: "/", env, stdin, stdout, stderr: "pipe" });
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new Bq2Error(`Cannot unpack ${name}: the program ${argv[0]} is not installed`, {
      code: "missing-tool",
      hint: `install it: apt-get install ${debianPackage}`,
      cause: error,
    });
  }
}

async function firstText(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream) if (text.length < STDERR_KEPT) text += decodeUtf8(chunk);
  return text.slice(0, STDERR_KEPT).trim().replaceAll("\n", "; ");
}
