/** How `tar` prints and excludes names. */
import { nameToBytes } from "../../base/text.ts";
import type { TarKind, TarMember } from "../../formats/tar/members.ts";
import { permissionText } from "../permission-text.ts";

const LETTERS: { readonly [code: number]: string } = {
  7: "a",
  8: "b",
  9: "t",
  10: "n",
  11: "v",
  12: "f",
  13: "r",
  92: "\\",
};

/** For a terminal: control characters, backslashes and bytes that are not UTF-8 become C escapes. */
export function quoteName(name: string): string {
  if (!NEEDS_QUOTES.test(name)) return name;
  return name.replaceAll(NEEDS_QUOTES_ALL, (character) => {
    const [code = 0] = nameToBytes(character);
    const letter = LETTERS[code];
    return `\\${letter ?? code.toString(8).padStart(3, "0")}`;
  });
}

const ODD = "[\\x00-\\x1f\\x7f\\\\\\udc80-\\udcff]";
const NEEDS_QUOTES = new RegExp(ODD, "u");
const NEEDS_QUOTES_ALL = new RegExp(ODD, "gu");

/** `--exclude` with GNU's rules: `*` matches slashes too, and a pattern can match at any name of a path. */
export function excluder(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const alternatives = patterns.map((pattern) => globSource(pattern.replace(/(.)\/+$/, "$1")));
  const expression = new RegExp(`(?:^|/)(?:${alternatives.join("|")})(?:/|$)`, "su");
  return (path) => expression.test(path);
}

function globSource(pattern: string): string {
  return pattern.replaceAll(/\[(!?)([^\]]+)\]|\\(.)|[*?]|[.+^${}()|[\]\\/]/gsu, (all, not, set, escaped) => {
    if (all === "*") return ".*";
    if (all === "?") return ".";
    if (set !== undefined)
      return `[${not === "" ? "" : "^"}${set.replaceAll(/[\\[\]^&~]/g, (one: string) => `\\${one}`)}]`;
    const literal: string = escaped ?? all;
    return /[A-Za-z0-9_\s]/.test(literal) || literal.charCodeAt(0) > 127 ? literal : `\\${literal}`;
  });
}

type Listed = Pick<
  TarMember,
  "path" | "kind" | "target" | "mode" | "uid" | "gid" | "size" | "mtime" | "device"
>;

const KIND_LETTERS: { readonly [K in TarKind]: string } = {
  file: "-",
  folder: "d",
  symlink: "l",
  hardlink: "h",
  char: "c",
  block: "b",
  fifo: "p",
};

/** Lines of `tar -tv`. The column of owner and size grows. */
export class LongLines {
  #width = 19; // GNU tar, list.c: ugswidth

  line(member: Listed): string {
    const { kind, device } = member;
    const owner = `${member.uid}/${member.gid}`;
    const size =
      kind === "char" || kind === "block" ? `${device.major},${device.minor}` : String(member.size);
    this.#width = Math.max(this.#width, owner.length + 1 + size.length);
    const columns = `${owner} ${size.padStart(this.#width - owner.length - 1)}`;
    const name = `${quoteName(member.path)}${this.#target(member)}`;
    const mode = KIND_LETTERS[kind] + permissionText(member.mode);
    return `${mode} ${columns} ${timeText(member.mtime)} ${name}`;
  }

  #target({ kind, target }: Listed): string {
    if (kind === "symlink") return ` -> ${quoteName(target)}`;
    return kind === "hardlink" ? ` link to ${quoteName(target)}` : "";
  }
}

/** In UTC. */
function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");
}
