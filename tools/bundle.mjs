/**
 * Bundles `src/main-node.ts` into `dist/`: `dist/bq2.js` is the entry, `dist/chunk-*.js` are the parts that
 * commands load on demand, each with its source map. This file is plain JavaScript, because `bin/bq2` runs it
 * before anything is bundled.
 *
 * Two runs at once are safe, and so is a run while a program still uses the last bundle: chunks are named by
 * their content and never change, the entry is written last, and every file gets a temporary name first.
 * Chunks that no bundle has used for a day are removed.
 */
import {
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** This file, which bundles when it is run. */
export const bundler = fileURLToPath(import.meta.url);
export const projectFolder = dirname(dirname(bundler));
export const distFolder = join(projectFolder, "dist");
export const entryFile = join(distFolder, "bq2.js");

/** The bundle's inputs: no other file of the checkout affects it. */
const INPUTS = ["bq2.ts", "src", "pkgs", "systems", "package.json", "package-lock.json", "tools/bundle.mjs"];

const CHUNK_LIFETIME_SECONDS = 24 * 60 * 60; // longer than any program that may still load one

/**
 * The entry exports `main(name, args)` for `bin/bq2`, and also runs as `node dist/bq2.js …`: the program
 * starts itself again this way, without checking the sources a second time.
 */
const ENTRY = `
import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { mainOnNode as main } from "./src/main-node.ts";
export { main };
const started = process.argv[1];
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main("bq2", process.argv.slice(2));
}
`;

/** True if there is no bundle, or an input other than a test is newer. */
export function isStale() {
  const built = statSync(entryFile, { throwIfNoEntry: false });
  if (built === undefined) return true;
  return INPUTS.some((input) => isNewer(join(projectFolder, input), built.mtimeMs));
}

/** Also checks folders, whose time changes when a file is added, renamed or removed. */
function isNewer(path, time) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return false;
  if (!path.endsWith(".test.ts") && status.mtimeMs > time) return true;
  return status.isDirectory() && readdirSync(path).some((name) => isNewer(join(path, name), time));
}

/** Bundles. Throws esbuild's error, which is already printed, if the sources do not parse or resolve. */
async function bundle() {
  const { build } = await import("esbuild");
  const startedAt = Date.now() / 1000;
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: projectFolder, sourcefile: "entry.js" },
    bundle: true,
    splitting: true,
    platform: "node",
    target: "node20",
    format: "esm",
    // koffi finds its native library beside its own files; undici is CommonJS, and would lose its exports.
    // Few commands load the compiler, which has 9 MB; with it, esbuild needs 337 MB of memory instead of 73.
    external: ["koffi", "undici", "esbuild", "typescript", "ts-blank-space"],
    absWorkingDir: projectFolder,
    outdir: distFolder,
    entryNames: "bq2",
    chunkNames: "chunk-[hash]",
    sourcemap: "linked",
    sourcesContent: false,
    keepNames: true,
    write: false,
    logLevel: "warning",
    banner: {
      // CommonJS packages call require("node:…"), which an ES module does not have.
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  mkdirSync(distFolder, { recursive: true });
  // The entry comes last, after its map, so that its reader finds every chunk in place.
  const order = ({ path }) => ["bq2.js.map", "bq2.js"].indexOf(basename(path));
  for (const file of outputFiles.sort((a, b) => order(a) - order(b))) {
    // The time is that of the start, so that a file edited meanwhile is newer.
    placeFile(file.path, file.contents, startedAt);
  }
  removeOldChunks(startedAt - CHUNK_LIFETIME_SECONDS);
}

function placeFile(path, contents, time) {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, contents, { mode: 0o644 });
  utimesSync(temporary, time, time);
  renameSync(temporary, path);
}

function removeOldChunks(before) {
  for (const name of readdirSync(distFolder)) {
    const path = join(distFolder, name);
    const status = statSync(path, { throwIfNoEntry: false });
    const isOurs = name.startsWith("chunk-") || name.endsWith(".tmp");
    if (isOurs && status !== undefined && status.mtimeMs / 1000 < before) rmSync(path, { force: true });
  }
}

const started = process.argv[1];
if (started !== undefined && realpathSync(started) === bundler) {
  await bundle().catch((error) => {
    process.stderr.write(`bq2: Cannot bundle the sources: ${error.message}\n`);
    process.exitCode = 1;
  });
}
