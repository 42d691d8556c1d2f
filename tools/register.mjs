/**
 * Lets Node 20 run TypeScript: `node --import ./tools/register.mjs tools/x.ts`. esbuild removes the types as
 * each file is loaded; it checks nothing (`npm run check:types` does) and writes nothing.
 */
import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { transform } from "esbuild";

// Node loads this file twice: here, and again in the thread that runs the hook below.
if (isMainThread) register(import.meta.url);

/** Node's module hook (Node API, "Customization Hooks: load"): translates `.ts`, leaves the rest to Node. */
export async function load(url, context, nextLoad) {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const { code } = await transform(await readFile(path, "utf8"), {
    loader: "ts",
    format: "esm",
    sourcefile: path,
    sourcemap: "inline",
  });
  return { format: "module", source: code, shortCircuit: true };
}
