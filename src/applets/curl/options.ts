/** The command line of `curl` as a value. */
import { concatBytes } from "../../base/bytes.ts";
import { encodeUtf8 } from "../../base/text.ts";
import type { Header } from "../../network/http.ts";
import { chunksOf } from "../../platform/files.ts";
import { type AppletContext, absolutePath, usageError } from "../applet.ts";
import { type Item, readOptions } from "../options.ts";

const OPTIONS = {
  "connect-timeout": ":",
  "continue-at": "C:",
  "create-dirs": "",
  data: "d:",
  "data-ascii": ":",
  "data-binary": ":",
  "data-raw": ":",
  fail: "f",
  globoff: "g",
  head: "I",
  header: "H:",
  "http1.1": "",
  include: "i",
  location: "L",
  "max-redirs": ":",
  "max-time": "m:",
  "no-buffer": "N",
  "no-progress-meter": "",
  noproxy: ":",
  output: "o:",
  "output-dir": ":",
  "progress-bar": "#",
  proxy: "x:",
  range: "r:",
  referer: "e:",
  "remote-name": "O",
  "remote-name-all": "",
  request: "X:",
  retry: ":",
  "retry-all-errors": "",
  "retry-connrefused": "",
  "retry-delay": ":",
  "show-error": "S",
  silent: "s",
  url: ":",
  "user-agent": "A:",
  "write-out": "w:",
} as const;

type Name = keyof typeof OPTIONS;

/**
 * Where one address's body goes. `undefined`: standard output; `remote`: a file with the address's last name.
 */
export type Destination = { readonly path: string } | "remote" | undefined;

export interface CurlJob {
  readonly urls: readonly { readonly text: string; readonly to: Destination }[];
  /** By default it depends on the data and on `isHead`. */
  readonly method: string | undefined;
  readonly isHead: boolean;
  /** As on the command line. An empty value removes one of our headers. */
  readonly headers: readonly Header[];
  readonly data: Uint8Array | undefined;
  /** The offset to resume at; `auto`: the size of the file. */
  readonly continueAt: number | "auto" | undefined;
  readonly failsOnError: boolean;
  readonly includesHead: boolean;
  readonly follows: boolean;
  readonly mostRedirects: number;
  readonly createsFolders: boolean;
  readonly outputFolder: string;
  readonly isSilent: boolean;
  readonly showsErrors: boolean;
  readonly writeOut: string;
  readonly connectSeconds: number;
  readonly maxSeconds: number;
  readonly retries: number;
  readonly retrySeconds: number | undefined;
  readonly retriesRefused: boolean;
  readonly retriesAll: boolean;
  /** The environment; the command line's proxies replace those of the environment. */
  readonly proxyEnvironment: { readonly [name: string]: string };
}

/** Throws a usage error. */
export function parseCurlArguments(context: AppletContext, args: readonly string[]): CurlJob {
  const items = readOptions(OPTIONS, args);
  const values = new Map<Name, string[]>();
  for (const item of items) {
    if (item.kind === "option") values.set(item.name, [...(values.get(item.name) ?? []), item.value]);
  }
  const last = (name: Name): string | undefined => values.get(name)?.at(-1);
  const number = (name: Name, byDefault: number): number => {
    const text = last(name);
    if (text === undefined) return byDefault;
    if (!/^\d{1,9}(\.\d{1,6})?$/.test(text))
      throw usageError(`option --${name}: expected a proper numerical parameter`);
    return Number(text);
  };
  const continueAt = last("continue-at");
  const { env } = context.platform.host;
  const proxy = last("proxy");
  const noproxy = last("noproxy");
  return {
    urls: destinations(context, items, values),
    method: last("request"),
    isHead: values.has("head"),
    headers: headersOf(values),
    data: dataOf(context, items),
    continueAt: continueAt === undefined ? undefined : continueAt === "-" ? "auto" : number("continue-at", 0),
    failsOnError: values.has("fail"),
    includesHead: values.has("include") || values.has("head"),
    follows: values.has("location"),
    mostRedirects: number("max-redirs", 50), // curl's default
    createsFolders: values.has("create-dirs"),
    outputFolder: absolutePath(context, last("output-dir") ?? ""),
    isSilent: values.has("silent"),
    showsErrors: values.has("show-error") || !values.has("silent"),
    writeOut: last("write-out") ?? "",
    connectSeconds: number("connect-timeout", 300), // curl's default
    maxSeconds: number("max-time", 0) || Number.POSITIVE_INFINITY,
    retries: number("retry", 0),
    retrySeconds: values.has("retry-delay") ? number("retry-delay", 0) : undefined,
    retriesRefused: values.has("retry-connrefused"),
    retriesAll: values.has("retry-all-errors"),
    proxyEnvironment: {
      ...env,
      ...(proxy === undefined ? {} : { http_proxy: proxy }),
      ...(noproxy === undefined ? {} : { no_proxy: noproxy }),
    },
  };
}

/** Pairs the first output with the first address, and so on. */
function destinations(
  context: AppletContext,
  items: readonly Item<Name>[],
  values: ReadonlyMap<Name, readonly string[]>,
): CurlJob["urls"] {
  const urls: string[] = [];
  const outputs: Destination[] = [];
  const folder = absolutePath(context, values.get("output-dir")?.at(-1) ?? "");
  for (const item of items) {
    if (item.kind === "operand" || item.name === "url") urls.push(item.value);
    else if (item.name === "remote-name") outputs.push("remote");
    else if (item.name === "output") {
      const path = item.value.startsWith("/") ? item.value : `${folder}/${item.value}`;
      outputs.push(item.value === "-" ? undefined : { path });
    }
  }
  if (urls.length === 0) throw usageError("no URL specified!");
  const rest = values.has("remote-name-all") ? "remote" : undefined;
  return urls.map((text, index) => ({ text, to: index < outputs.length ? outputs[index] : rest }));
}

function headersOf(values: ReadonlyMap<Name, readonly string[]>): Header[] {
  const headers = (values.get("header") ?? []).map((text): Header => {
    const found = /^([^:;]+)[:;]\s*(.*)$/s.exec(text);
    if (found === null) throw usageError(`option --header: ${text} is not a header`);
    return [found[1] ?? "", found[2] ?? ""];
  });
  const option = (name: Name, header: string): Header[] => {
    const value = values.get(name)?.at(-1);
    return value === undefined ? [] : [[header, value]];
  };
  const range = values.get("range")?.at(-1);
  return [
    ...headers,
    ...option("user-agent", "User-Agent"),
    ...option("referer", "Referer"),
    ...(range === undefined ? [] : ([["Range", `bytes=${range}`]] as const)),
  ];
}

/** The data of all options, joined by `&`. */
function dataOf(context: AppletContext, items: readonly Item<Name>[]): Uint8Array | undefined {
  const parts = items.flatMap((item) => {
    if (item.kind === "operand") return [];
    switch (item.name) {
      case "data-raw":
        return [encodeUtf8(item.value)];
      case "data":
      case "data-ascii":
        return [dataPart(context, item.value).filter((byte) => byte !== 0x0a && byte !== 0x0d && byte !== 0)];
      case "data-binary":
        return [dataPart(context, item.value)];
      default:
        return [];
    }
  });
  const [first, ...more] = parts;
  if (first === undefined) return undefined;
  return concatBytes([first, ...more.flatMap((part) => [encodeUtf8("&"), part])]);
}

/** `@file` means the contents of the file, `@-` standard input. */
function dataPart(context: AppletContext, value: string): Uint8Array {
  if (!value.startsWith("@")) return encodeUtf8(value);
  const { files } = context.platform;
  if (value !== "@-") return files.readFile(absolutePath(context, value.slice(1)));
  return concatBytes(Array.from(chunksOf(files, context.stdin), (chunk) => chunk.slice()));
}
