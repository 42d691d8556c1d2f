/** What the runtime reads itself: modules without TypeScript's hooks, and xz files with any dictionary. */
import { decompress, decompressor } from "bq2:native";
import { fromHex } from "../../src/base/bytes.ts";
import { assert, test } from "../../src/base/testing.ts";
import { encodeUtf8 } from "../../src/base/text.ts";
import { quickjsPlatform } from "../../src/platform/quickjs/platform.ts";

/** A file whose size is given as 0 and whose content is not JavaScript. */
const UNSIZED = "/proc/self/status";
const FOLDER_ON_TMPFS = "/dev/shm";

const { files, host } = quickjsPlatform();

/** `yes bootstrap | head -c 10000 | xz --lzma2=preset=0,dict=1536MiB` */
const LARGE_DICTIONARY =
  "fd377a585a000004e6d6b44602002101250000003b787b41e0270f00375d00311bca40e7f0558a8327b2e97fb24583b1e619fdccf228a2a553" +
  "d2efc875c1045d6ec06a3b83b50bf82add7eb7bb6feadbafe55ddbda0000000cf23326b854b116000153904e0000009aa682e3b1c467fb0200" +
  "00000004595a";
/** `yes bootstrap | head -c 10000 | xz -9`: the largest preset. */
const LARGEST_PRESET =
  "fd377a585a000004e6d6b446020021011c00000010cf58cce0270f00365d00311bece8767033a5778cbcd0bdb34efb3a" +
  "7640f0000a145260303dfe63a5c0f24e92d7e56f089117deb6551f90f8bb902c0c859776000000000cf23326b854b116" +
  "000152904e0000003f75de28b1c467fb020000000004595a";

test("an xz file may need as much memory as the largest preset, not more", () => {
  const output = new Uint8Array(20000);
  const [, written] = decompress(decompressor("xz"), fromHex(LARGEST_PRESET), output, true);
  assert.equal(written, 10000);
  const start = () => decompress(decompressor("xz"), fromHex(LARGE_DICTIONARY), output, true);
  assert.throws(start, /its dictionary is larger than that of xz -9/);
});

test("a module is read to its end, whatever size its file has; a folder is not a module", async () => {
  const folder = `/tmp/bq2-modules-${host.pid}`;
  files.makeFolder(folder);
  const long = `export default ${JSON.stringify("x".repeat(200_000))};`;
  files.writeFile(`${folder}/long.js`, encodeUtf8(long));
  const module = (await import(`${folder}/long.js`)) as { readonly default: string };
  assert.equal(module.default.length, 200_000);
  const unsized = await assert.rejects(() => import(UNSIZED), /./);
  assert.equal(unsized.name, "SyntaxError");
  await assert.rejects(() => import(folder), /Cannot read .*: Is a directory/);
  await assert.rejects(() => import(FOLDER_ON_TMPFS), /Cannot read .*: Is a directory/);
  files.removeFile(`${folder}/long.js`);
  files.removeFolder(folder);
});
