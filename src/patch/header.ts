/** File names and times in the headers of diffs, as in GNU patch 2.8 (util.c: `fetchname`, `parse_name`). */

/** A name as stated, not stripped; `undefined` for `/dev/null` and if there is none. */
export interface HeaderName {
  readonly name: string | undefined;
  /** `epoch`: 1970-01-01 or `/dev/null`, which mean that there is no file. */
  readonly time: "epoch" | "other" | undefined;
}

/**
 * Parses what follows `---`, `+++` or `Index:`. The name ends at white space, unless a tab comes later: then
 * it ends there and may contain spaces. (After `Index:`, which has no time, it extends to the end of the
 * line.) `undefined` if a quoted name is malformed.
 */
export function parseHeaderName(rest: string, hasTime: boolean): HeaderName | undefined {
  const text = rest.replace(/^\s+/, "");
  const quoted = text.startsWith('"') ? parseQuoted(text) : undefined;
  if (text.startsWith('"') && quoted === undefined) return undefined;
  const end = quoted?.end ?? endOfPlainName(text, hasTime);
  const name = quoted?.name ?? text.slice(0, end);
  if (name === "/dev/null") return { name: undefined, time: "epoch" };
  const time = text.slice(end).trim();
  if (!hasTime || time === "") return { name, time: undefined };
  return { name, time: isEpoch(time) ? "epoch" : "other" };
}

function endOfPlainName(text: string, hasTime: boolean): number {
  for (let at = 0; at < text.length; at++) {
    if (!isSpace(text[at])) continue;
    let last = at;
    while (text[last] !== "\t" && isSpace(text[last + 1])) last++;
    const goesOn = text[last] !== "\t" && text.includes(hasTime ? "\t" : "\n", last + 1);
    if (!goesOn) return at;
  }
  return text.length;
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && " \t\n\v\f\r".includes(character);
}

/** The two names after `diff --git`; `undefined` if they cannot be told apart (unquoted spaces). */
export function parseGitNames(rest: string): { readonly old: string; readonly new: string } | undefined {
  const first = parseWord(rest.trim());
  const second = first && parseWord(first.rest.trimStart());
  if (first === undefined || second === undefined || second.rest.trim() !== "") return undefined;
  return { old: first.name, new: second.name };
}

function parseWord(text: string): { readonly name: string; readonly rest: string } | undefined {
  if (text.startsWith('"')) {
    const quoted = parseQuoted(text);
    return quoted && { name: quoted.name, rest: text.slice(quoted.end) };
  }
  const name = /^\S+/.exec(text)?.[0];
  return name === undefined ? undefined : { name, rest: text.slice(name.length) };
}

const ESCAPES: { readonly [letter: string]: string } = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
};

/** A name in double quotes with C's escapes, as git writes odd ones; `end` is the index after the quote. */
function parseQuoted(text: string): { readonly name: string; readonly end: number } | undefined {
  let name = "";
  for (let at = 1; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === '"') return { name, end: at + 1 };
    if (character !== "\\") {
      name += character;
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(at + 1, at + 4))?.[0];
    const escaped =
      octal === undefined ? ESCAPES[text[at + 1] ?? ""] : String.fromCharCode(Number.parseInt(octal, 8));
    if (escaped === undefined || escaped === "\0") return undefined;
    name += escaped;
    at += octal?.length ?? 1;
  }
  return undefined;
}

const HOUR = 3600;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const ISO_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(?:([+-]\d\d):?(\d\d)|Z|UTC|GMT)?$/;
const C_TIME =
  /^(?:[A-Z][a-z]{2},?\s+)?([A-Z][a-z]{2})\s+(\d{1,2})\s+(\d\d):(\d\d):(\d\d)\s+(\d{4})(?:\s+([+-]\d\d)(\d\d))?$/;

/**
 * Whether this is 1970-01-01T00:00 in any time zone: POSIX allows local times, so any time from 25 hours
 * before to 26 hours after counts. Unknown forms are not the epoch.
 */
function isEpoch(text: string): boolean {
  const seconds = secondsOf(text);
  return seconds !== undefined && seconds > -25 * HOUR && seconds < 26 * HOUR;
}

function secondsOf(text: string): number | undefined {
  const iso = ISO_TIME.exec(text);
  if (iso !== null) {
    const [year, month, day, hour, minute, second] = iso
      .slice(1, 7)
      .map((part) => Number(part ?? 0)) as number[];
    return utc(year, (month ?? 1) - 1, day, hour, minute, second) - zone(iso[7], iso[8]);
  }
  const c = C_TIME.exec(text);
  const month = MONTHS.indexOf(c?.[1] ?? "");
  if (c === null || month < 0) return undefined;
  const [day, hour, minute, second, year] = c.slice(2, 7).map(Number);
  return utc(year, month, day, hour, minute, second) - zone(c[7], c[8]);
}

function utc(year = 0, month = 0, day = 1, hour = 0, minute = 0, second = 0): number {
  return Date.UTC(year, month, day, hour, minute, second) / 1000;
}

/** Seconds that a zone such as `+01`, `30` is ahead of UTC. */
function zone(hours: string | undefined, minutes: string | undefined): number {
  if (hours === undefined) return 0;
  const sign = hours.startsWith("-") ? -1 : 1;
  return Number(hours) * HOUR + sign * Number(minutes ?? 0) * 60;
}

/** For {@link stripName}: only the last name, as `patch` without `-p` takes it. */
export const ALL_FOLDERS = Number.POSITIVE_INFINITY;

/**
 * `name` without its first `count` folders (`patch -p`); slashes in a row count as one. `undefined` if it has
 * fewer.
 */
export function stripName(name: string, count: number): string | undefined {
  if (count === ALL_FOLDERS) return name.slice(name.lastIndexOf("/") + 1) || undefined;
  let rest = name;
  for (let i = 0; i < count; i++) {
    const slash = /\/+/.exec(rest);
    if (slash === null) return undefined;
    rest = rest.slice(slash.index + slash[0].length);
  }
  return rest === "" ? undefined : rest;
}
