/**
 * HTTP/1.1 messages (RFC 9112): the bytes of a request, and the head and body of an answer that arrives in
 * pieces. Ignores trailers, knows no coding but `chunked`, and checks the lengths that a server states.
 */
import { concatBytes } from "../base/bytes.ts";
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";

export type Header = readonly [name: string, value: string];

export interface RequestHead {
  readonly method: string;
  /** `/path?query`, or the whole address for a proxy. */
  readonly target: string;
  readonly headers: readonly Header[];
}

/** Throws `RangeError` if a line end would smuggle in another header. */
export function requestBytes({ method, target, headers }: RequestHead, body: Uint8Array): Uint8Array {
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (lines.some((line) => /[\r\n\0]/.test(line))) throw new RangeError("a line end within a header");
  return concatBytes([encodeUtf8(`${lines.join("\r\n")}\r\n\r\n`), body]);
}

export interface ResponseHead {
  readonly status: number;
  readonly headers: readonly Header[];
  /** As received, with its line ends and the empty line. */
  readonly text: string;
}

/** The first header of that name, in any case. */
export function headerOf(headers: readonly Header[], name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** The answer is not valid HTTP. */
export class HttpSyntaxError extends Error {}

/** Far above any real head, which is held in memory. */
const MOST_HEAD_BYTES = 256 * 1024;
const MOST_LINE_BYTES = 4096; // of a chunk's size

type State =
  | { readonly kind: "head" }
  | { readonly kind: "bytes"; left: number }
  | { readonly kind: "until-close" }
  | { readonly kind: "chunk-size" | "chunk-end" | "trailer" }
  | { readonly kind: "chunk"; left: number }
  | { readonly kind: "done" };

/** Reads one answer. */
export class ResponseReader {
  readonly #isHead: boolean;
  #state: State = { kind: "head" };
  /** The part of the head or of a line that has arrived. */
  #pending: Uint8Array = new Uint8Array();
  #trailerBytes = 0;
  head: ResponseHead | undefined;

  /** An answer to the `method` HEAD has no body, whatever its headers say. */
  constructor(method: string) {
    this.#isHead = method === "HEAD";
  }

  get isDone(): boolean {
    return this.#state.kind === "done";
  }

  /** How many bytes are missing if the connection ends now; undefined if unknown. */
  get missing(): number | undefined {
    if (this.#state.kind === "bytes") return this.#state.left;
    return this.#state.kind === "done" || this.#state.kind === "until-close" ? 0 : undefined;
  }

  /** Takes received bytes and returns the parts of the body in them. Throws {@link HttpSyntaxError}. */
  push(bytes: Uint8Array): Uint8Array[] {
    const body: Uint8Array[] = [];
    let rest = bytes;
    while (rest.length > 0 && this.#state.kind !== "done") rest = this.#take(rest, body);
    return body;
  }

  #take(bytes: Uint8Array, body: Uint8Array[]): Uint8Array {
    const state = this.#state;
    switch (state.kind) {
      case "head":
        return this.#takeHead(bytes);
      case "until-close":
        body.push(bytes);
        return bytes.subarray(bytes.length);
      case "bytes":
      case "chunk": {
        const part = bytes.subarray(0, state.left);
        body.push(part);
        state.left -= part.length;
        if (state.left === 0) this.#state = { kind: state.kind === "chunk" ? "chunk-end" : "done" };
        return bytes.subarray(part.length);
      }
      case "chunk-size":
      case "chunk-end":
      case "trailer":
        return this.#takeLine(bytes, state.kind);
      case "done":
        return bytes;
    }
  }

  #takeHead(bytes: Uint8Array): Uint8Array {
    const before = this.#pending.length;
    const all = concatBytes([this.#pending, bytes]);
    const isHttp = decodeUtf8(all.subarray(0, 5)) === "HTTP/".slice(0, all.length);
    if (!isHttp) throw new HttpSyntaxError("it does not speak HTTP");
    const end = headEnd(all);
    if (end === undefined) {
      if (all.length > MOST_HEAD_BYTES) throw new HttpSyntaxError("its headers do not end");
      this.#pending = all;
      return bytes.subarray(bytes.length);
    }
    this.#pending = new Uint8Array();
    const head = parseHead(decodeUtf8(all.subarray(0, end)));
    // 1xx precedes the final answer.
    if (head.status >= 200) {
      this.head = head;
      this.#state = this.#framing(head);
    }
    return bytes.subarray(end - before);
  }

  /** RFC 9112, 6.3. */
  #framing({ status, headers }: ResponseHead): State {
    if (this.#isHead || status === 204 || status === 304) return { kind: "done" };
    const coding = headerOf(headers, "transfer-encoding");
    if (coding !== undefined) {
      if (coding.trim().toLowerCase() !== "chunked") throw new HttpSyntaxError(`transfer coding ${coding}`);
      return { kind: "chunk-size" };
    }
    const lengths = new Set(
      headers.flatMap(([name, value]) => (name.toLowerCase() === "content-length" ? [value.trim()] : [])),
    );
    const [length, ...others] = lengths;
    if (length === undefined) return { kind: "until-close" };
    if (others.length > 0 || !/^\d{1,15}$/.test(length))
      throw new HttpSyntaxError(`content-length ${length}`);
    return length === "0" || Number(length) === 0
      ? { kind: "done" }
      : { kind: "bytes", left: Number(length) };
  }

  #takeLine(bytes: Uint8Array, kind: "chunk-size" | "chunk-end" | "trailer"): Uint8Array {
    const end = bytes.indexOf(NEWLINE);
    const line = concatBytes([this.#pending, end < 0 ? bytes : bytes.subarray(0, end)]);
    if (kind === "trailer") this.#trailerBytes += end < 0 ? bytes.length : end + 1;
    if (this.#trailerBytes > MOST_HEAD_BYTES) throw new HttpSyntaxError("its trailers do not end");
    if (line.length > MOST_LINE_BYTES) throw new HttpSyntaxError("a chunk size that does not end");
    if (end < 0) {
      this.#pending = line;
      return bytes.subarray(bytes.length);
    }
    this.#pending = new Uint8Array();
    const text = decodeUtf8(line).replace(/\r$/, "");
    if (kind === "chunk-size") this.#state = chunkState(text);
    else if (kind === "trailer") this.#state = { kind: text === "" ? "done" : "trailer" };
    else if (text === "") this.#state = { kind: "chunk-size" };
    else throw new HttpSyntaxError("a chunk longer than its size");
    return bytes.subarray(end + 1);
  }
}

const NEWLINE = 0x0a;

function chunkState(line: string): State {
  const size = /^([0-9a-f]{1,12})[ \t]*(;.*)?$/i.exec(line)?.[1];
  if (size === undefined) throw new HttpSyntaxError("a chunk without a size");
  const left = Number.parseInt(size, 16);
  return left === 0 ? { kind: "trailer" } : { kind: "chunk", left };
}

/** The index after the empty line; line ends may lack their CR. */
function headEnd(bytes: Uint8Array): number | undefined {
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) {
    const next = bytes[at + 1] === 0x0d ? at + 2 : at + 1;
    if (bytes[next] === NEWLINE) return next + 1;
  }
  return undefined;
}

function parseHead(text: string): ResponseHead {
  const [first = "", ...lines] = text.replaceAll("\r\n", "\n").trimEnd().split("\n");
  const status = /^HTTP\/1\.[01] ([1-9]\d\d)(?: |$)/.exec(first)?.[1];
  if (status === undefined)
    throw new HttpSyntaxError(`its first line is ${JSON.stringify(first.slice(0, 80))}`);
  const headers: [string, string][] = [];
  for (const line of lines) {
    const found = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    const last = headers.at(-1);
    if (found !== null) headers.push([found[1] ?? "", found[2] ?? ""]);
    else if (/^[ \t]/.test(line) && last !== undefined) last[1] += ` ${line.trim()}`;
    else throw new HttpSyntaxError(`not a header: ${JSON.stringify(line.slice(0, 80))}`);
  }
  return { status: Number(status), headers, text };
}
