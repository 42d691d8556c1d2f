/**
 * Runs TypeScript straight from its source on a runtime that has no program yet:
 *
 *     NODE_PATH=<folder of packages> bq2-runtime native/bootstrap.mjs ENTRY.ts [ARGUMENT]...
 *
 * Every module is read when it is imported, and its types are blanked, so nothing has to be built first. This
 * is how `bq2` builds itself (`pkgs/bq2/package.ts`), and a quick way to try a change. This file is plain
 * JavaScript because TypeScript is not loaded yet when it runs.
 *
 * @ts-check
 */
import {
  architecture,
  programArguments,
  programEnvironment,
  setModuleHooks,
  syscall,
} from "bq2:native";

/** Linux, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h. */
const NUMBERS = {
  x86_64: { openat: 257, read: 0, close: 3, getcwd: 79 },
  aarch64: { openat: 56, read: 63, close: 57, getcwd: 17 },
}[architecture];
const AT_FDCWD = -100; // include/uapi/linux/fcntl.h
const CHUNK = 1 << 20;

/** @param {Uint8Array} bytes */
function text(bytes) {
  let characters = "";
  for (let i = 0; i < bytes.length; i += 4096) {
    characters += String.fromCharCode(...bytes.subarray(i, i + 4096));
  }
  return decodeURIComponent(escape(characters)); // from UTF-8
}

/** @param {string} path */
function readText(path) {
  const fd = syscall(NUMBERS.openat, AT_FDCWD, path, 0, 0);
  if (fd < 0) throw new Error(`Cannot read ${path}: errno ${-fd}`);
  const parts = [];
  for (;;) {
    const part = new Uint8Array(CHUNK);
    const size = syscall(NUMBERS.read, fd, part, CHUNK);
    if (size < 0) throw new Error(`Cannot read ${path}: errno ${-size}`);
    if (size === 0) break;
    parts.push(part.subarray(0, size));
  }
  syscall(NUMBERS.close, fd);
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return text(whole);
}

/** @param {string} folder @param {string} path */
function join(folder, path) {
  const parts = path.startsWith("/") ? [] : folder.split("/").filter((part) => part !== "");
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function currentFolder() {
  const path = new Uint8Array(4096); // PATH_MAX, include/uapi/linux/limits.h
  const size = syscall(NUMBERS.getcwd, path, path.length);
  return text(path.subarray(0, size - 1));
}

/**
 * The entry file of a package, by the part of Node's rules that our packages need.
 * @param {string} name
 */
function packageEntry(name) {
  const folder = `${packages}/${name}`;
  const { exports, main } = JSON.parse(readText(`${folder}/package.json`));
  let target = exports?.["."] ?? exports ?? main;
  while (typeof target === "object") target = target.import ?? target.default;
  return join(folder, target);
}

const [, script, entry] = programArguments.map(text);
if (script === undefined || entry === undefined) {
  throw new Error("usage: bq2-runtime bootstrap.mjs ENTRY.ts [ARGUMENT]...");
}
const folder = currentFolder();
const NODE_PATH = "NODE_PATH=";
const packages =
  programEnvironment.map(text).find((line) => line.startsWith(NODE_PATH))?.slice(NODE_PATH.length) ??
  join(folder, `${script}/../../node_modules`);

// The compiler is one CommonJS file: its exports go into `module`.
const commonJs = { exports: {} };
Object.assign(globalThis, { module: commonJs });
await import(`${packages}/typescript/lib/typescript.js`);
Object.assign(globalThis, { typescript: commonJs.exports, module: undefined });
const TYPESCRIPT = "/typescript";

/**
 * undefined until `ts-blank-space` is loaded; no TypeScript is imported before that.
 * @type {((source: string) => string) | undefined}
 */
let blank;
setModuleHooks(
  (importer, specifier) => {
    if (specifier === "typescript") return TYPESCRIPT;
    if (specifier.startsWith("/")) return specifier;
    return specifier.startsWith(".") ? join("/", `${importer}/../${specifier}`) : packageEntry(specifier);
  },
  (path) => {
    if (path === TYPESCRIPT) return "export default globalThis.typescript;";
    return path.endsWith(".ts") && blank !== undefined ? blank(readText(path)) : null;
  },
);
({ default: blank } = await import(packageEntry("ts-blank-space")));
await import(join(folder, entry));
