/**
 * `npm run bench [-- OPTIONS]`: compares our programs with the usual tools and writes docs/benchmarks.md.
 *
 *   --pairs N      measured pairs of each row (5)
 *   --only TEXT    only rows whose name contains TEXT; prints the table, writes nothing
 *   --build        also measure building profile minimal from nothing, and again with nothing to do
 *   --mirror DIR   look for the kernel's archive there first
 *   --folder DIR   folder of inputs and outputs, about 8 GB (out/bench)
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { projectFolder } from "../../tools/project-files.ts";
import { type Comparison, compare } from "./compare.ts";
import { fetchLinux, linuxPath, makeTree } from "./inputs.ts";
import { measureMinimalBuild } from "./minimal-build.ts";
import { benchmarkRows, type InputName } from "./rows.ts";
import { measuredTables, withMeasured } from "./table.ts";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "5" },
    only: { type: "string", default: "" },
    build: { type: "boolean", default: false },
    mirror: { type: "string" },
    folder: { type: "string", default: join(projectFolder, "out", "bench") },
  },
});
const pairs = Number(values.pairs);
const folder = resolve(values.folder);
const tree = join(folder, "tree");
const outputFolder = join(folder, "output");
const kept = join(folder, "kept");
const cache = join(folder, "cache");
const programs = join(projectFolder, "dist", "bench");

const rows = benchmarkRows({
  tree,
  kept,
  cache,
  linuxArchive: linuxPath(cache),
  out: outputFolder,
  kernel: "/usr/lib/systemd/boot/efi/linuxx64.efi.stub",
  ours: (name) => [process.execPath, join(programs, `${name}.js`)],
}).filter((row) => row.name.includes(values.only));

const makeInput: { readonly [I in InputName]: () => void | Promise<void> } = {
  tree: () => makeTree(tree),
  linux: () => fetchLinux(cache, values.mirror),
};

/** Bundles them like `bq2` itself, so that loading TypeScript does not count. */
async function bundlePrograms(): Promise<void> {
  await build({
    entryPoints: [join(projectFolder, "tests/bench/ours/*.ts")],
    outdir: programs,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["koffi"],
    logLevel: "warning",
  });
}

mkdirSync(folder, { recursive: true });
await bundlePrograms();
for (const input of new Set(rows.flatMap((row) => row.inputs))) await makeInput[input]();
const comparisons: Comparison[] = [];
for (const row of rows) {
  console.log(row.name);
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept);
  const onPair = (pair: number, ours: { wallSeconds: number }, theirs: { wallSeconds: number }): void =>
    console.log(
      `  pair ${pair}: ours ${ours.wallSeconds.toFixed(2)} s, theirs ${theirs.wallSeconds.toFixed(2)} s`,
    );
  comparisons.push(await compare(row, { pairs, outputFolder, onPair }));
}
rmSync(kept, { recursive: true, force: true });
const figures = values.build ? await measureMinimalBuild(folder, values.mirror) : [];
const tables = measuredTables(comparisons, figures, pairs);
console.log(`\n${tables}`);
if (values.only === "") {
  const document = join(projectFolder, "docs", "benchmarks.md");
  writeFileSync(document, withMeasured(readFileSync(document, "utf8"), tables));
}
