/**
 * Flags as pkgconf handles them: which duplicates are dropped, which are the system's, how they are printed.
 */
import { splitWords } from "../../base/words.ts";
import { withSysroot } from "./file.ts";

export interface FlagSurroundings {
  readonly sysroot: string;
  readonly allowsSystemCflags: boolean;
  readonly allowsSystemLibs: boolean;
}

export interface Fragment {
  /**
   * The letter after the dash if the rest is its value (`I` of `-I/usr/include`); the whole flag if its value
   * is a separate word (`-isystem`); else empty.
   */
  readonly type: string;
  readonly value: string;
  readonly origin: "cflags" | "libs";
}

/** Flags whose value is a separate word. */
const WITH_VALUE = ["-framework", "-isystem", "-idirafter", "-include"];
/** Words that start with these have no letter with a value. */
const NO_TYPE = /^-(framework|isystem|idirafter|include|pthread|Wl,|Wa,)|^[^-]|^-?$/;

export function fragmentsOf(text: string, origin: Fragment["origin"]): Fragment[] {
  const words = splitWords(text);
  const fragments: Fragment[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (WITH_VALUE.includes(word)) fragments.push({ type: word, value: words[++i] ?? "", origin });
    else if (NO_TYPE.test(word)) fragments.push({ type: "", value: word, origin });
    else fragments.push({ type: word[1] ?? "", value: word.slice(2), origin });
  }
  return fragments;
}

/**
 * For these, the first of several equal flags is kept; for all others the last, because libraries resolve
 * leftwards.
 */
const FIRST_STAYS = ["F", "I", "L"];
const ALWAYS_MERGED = ["I", "L", "l"];

/** libpkgconf, fragment.c: `pkgconf_fragment_copy`. Flags for static linking only are never duplicates. */
export function addFragment(list: Fragment[], fragment: Fragment, isPrivate: boolean): void {
  const at = isPrivate
    ? -1
    : list.findLastIndex(({ type, value }) => type === fragment.type && value === fragment.value);
  if (at >= 0) {
    if (FIRST_STAYS.includes(fragment.type)) return;
    const before = list[at - 1];
    const isLoose =
      before === undefined ||
      ALWAYS_MERGED.includes(before.type) ||
      fragment.type.length !== 1 ||
      before.type === fragment.type;
    if (isLoose) list.splice(at, 1);
  }
  list.push(fragment);
}

/** The flags of the requested kinds, or `all`; `undefined` if none was requested. */
export function selectFlags(
  asked: { readonly [kind: string]: boolean },
  collect: () => readonly Fragment[],
): readonly Fragment[] | undefined {
  const { all, other, ...letters } = asked;
  const wanted = Object.keys(letters).filter((letter) => letters[letter]);
  if (all !== true && other !== true && wanted.length === 0) return undefined;
  const known = Object.keys(letters);
  return collect().filter(({ type }) => {
    if (all === true) return true;
    return wanted.includes(type) || (other === true && !known.includes(type));
  });
}

/** Types whose absolute paths get the sysroot; a word without a dash is a file. */
const WITH_PATH = ["I", "L", "-isystem", "-idirafter", ""];
const SYSTEM_CFLAGS = ["/usr/include"];
const SYSTEM_LIBS = ["/usr/lib", "/lib"];

/** The flags as one line, escaped for a shell. */
export function flagsText(
  { sysroot, allowsSystemCflags, allowsSystemLibs }: FlagSurroundings,
  fragments: readonly Fragment[],
  keeps: { readonly cflags: boolean; readonly libs: boolean },
): string {
  const isSystem = ({ type, value }: Fragment): boolean =>
    (type === "I" && !keeps.cflags && !allowsSystemCflags && SYSTEM_CFLAGS.includes(value)) ||
    (type === "L" && !keeps.libs && !allowsSystemLibs && SYSTEM_LIBS.includes(value));
  return fragments
    .map((one) => (WITH_PATH.includes(one.type) ? { ...one, value: withSysroot(one.value, sysroot) } : one))
    .filter((one) => !isSystem(one))
    .map(({ type, value }) => `${spelling(type)}${escapeFlag(value)}`)
    .join(" ");
}

function spelling(type: string): string {
  if (type.startsWith("-")) return `${type} `;
  return type === "" ? "" : `-${type}`;
}

/** Escapes what a shell would interpret (libpkgconf, fragment.c: `fragment_quote`). */
function escapeFlag(value: string): string {
  return value.replaceAll(/[^$()+,./0-9:=@A-Z\\^_a-z~-]/g, (character) => `\\${character}`);
}
