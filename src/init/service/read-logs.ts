/** Reads the logs of services: what they contain, and what is added to them. */
import { Bq2Error } from "../../base/error.ts";
import { formatTimestamp } from "../../base/log.ts";
import { decodeUtf8 } from "../../base/text.ts";
import { readText } from "../../platform/files.ts";
import type { Files } from "../../platform/platform.ts";
import { LOG_FOLDER, logPath, OLD_LOGS } from "./log-names.ts";

export interface LogLine {
  readonly service: string;
  /** With its time. */
  readonly text: string;
}

/** Names of services that have a log. Throws Bq2Error `no-logs` if there is none. */
export function loggedServices(files: Files): readonly string[] {
  const names = files.statusFollowed(LOG_FOLDER)?.kind === "folder" ? files.list(LOG_FOLDER) : [];
  const services = names.flatMap((name) => (name.endsWith(".log") ? [name.slice(0, -".log".length)] : []));
  if (services.length > 0) return services;
  throw new Bq2Error(`Cannot show logs: ${LOG_FOLDER} has none`, {
    code: "no-logs",
    hint: "services and their logs exist in a booted image",
  });
}

/** Lines since `since`, which is the beginning of a time as in the logs; in the order of their times. */
export function readLogs(files: Files, services: readonly string[], since: string): readonly LogLine[] {
  const lines = services.flatMap((service) =>
    linesOf(wholeLog(files, service))
      .filter((text) => text >= since)
      .map((text) => ({ service, text })),
  );
  const timeOf = ({ text }: LogLine): string => text.slice(0, TIME_LENGTH);
  return lines.sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0));
}

const TIME_LENGTH = "2026-02-23T14:41:25.685363Z".length;

/** The text of all files of a log, the oldest first. */
function wholeLog(files: Files, service: string): string {
  const ages = Array.from({ length: OLD_LOGS + 1 }, (_, index) => OLD_LOGS - index);
  const paths = ages.map((age) => logPath(service, age)).filter((path) => files.status(path) !== undefined);
  return paths.map((path) => readText(files, path)).join("");
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** A log from its present end on. */
export class LogFollower {
  readonly #files: Files;
  readonly #service: string;
  #identity: string | undefined;
  #position = 0;

  constructor(files: Files, service: string) {
    this.#files = files;
    this.#service = service;
    const status = files.status(logPath(service));
    this.#identity = status?.identity;
    this.#position = status?.size ?? 0;
  }

  /** The lines that were added since the last call, also before and after a rotation. */
  next(): readonly LogLine[] {
    const path = logPath(this.#service);
    const found = this.#files.status(path);
    if (found === undefined) return [];
    if (found.identity === this.#identity) return this.#read(path);
    const rest = this.#identity === undefined ? [] : this.#readRotated(this.#identity);
    this.#identity = found.identity;
    this.#position = 0;
    return [...rest, ...this.#read(path)];
  }

  #readRotated(identity: string): readonly LogLine[] {
    const old = logPath(this.#service, 1);
    return this.#files.status(old)?.identity === identity ? this.#read(old) : [];
  }

  #read(path: string): readonly LogLine[] {
    const fd = this.#files.open(path, "read");
    try {
      const size = (this.#files.status(path)?.size ?? 0) - this.#position;
      const bytes = new Uint8Array(Math.max(0, size));
      const length = this.#files.read(fd, bytes, 0, bytes.length, this.#position);
      this.#position += length;
      const added = decodeUtf8(bytes.subarray(0, length));
      return linesOf(added).map((text) => ({ service: this.#service, text }));
    } finally {
      this.#files.close(fd);
    }
  }
}

const UNIT_SECONDS: { readonly [unit: string]: number } = { s: 1, m: 60, h: 3600, d: 86_400 };
const DURATION = /^(\d+)([smhd])$/;
const TIME = /^\d{4}-\d\d-\d\d([T ]\d\d(:\d\d(:\d\d(\.\d{1,6})?)?)?)?Z?$/;

/** A moment: so long ago, or a time in UTC as it is at the beginning of a line. */
export type Since =
  | { readonly kind: "ago"; readonly seconds: number }
  | { readonly kind: "time"; readonly text: string };

/** `90s`, `10m`, `2h`, `1d`, or a time in UTC such as `2026-02-23 14:41`. Throws SyntaxError. */
export function parseSince(text: string): Since {
  const [, count, unit = ""] = DURATION.exec(text) ?? [];
  if (count !== undefined) return { kind: "ago", seconds: Number(count) * (UNIT_SECONDS[unit] ?? 0) };
  if (TIME.test(text)) return { kind: "time", text: text.replace(" ", "T").replace("Z", "") };
  throw new SyntaxError(
    `${text} is neither a time such as 2026-02-23T14:41 nor a duration such as 90s, 10m, 2h, 1d`,
  );
}

/** The moment as the beginning of a line. */
export function textOf(since: Since, nowMicroseconds: number): string {
  if (since.kind === "time") return since.text;
  return formatTimestamp(Math.max(0, nowMicroseconds - since.seconds * 1e6));
}
