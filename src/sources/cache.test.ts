import * as v from "valibot";
import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { ArchiveSchema } from "../plan/source.ts";
import { makeFolders } from "../platform/files.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { archivePaths, cacheFolder, readRecord, verifiedArchive, writeRecord } from "./cache.ts";
import { listArchives } from "./inventory.ts";
import { findInMirror } from "./mirror.ts";

const ARCHIVE = v.parse(ArchiveSchema, {
  file: "thing-1.0.tar.gz",
  sha256: "0".repeat(64),
  size: 5,
  origins: [{ kind: "url", url: "https://a.test/v1.0.tar.gz" }],
});

test("the cache folder: BQ2_CACHE, then XDG, then HOME", () => {
  const folderWith = (env: { readonly [name: string]: string }) =>
    cacheFolder(memoryPlatform({ host: { env, cwd: "/home/u/build" } }).host);
  const [HOME, XDG_CACHE_HOME] = ["/home/u", "/xdg"];
  assert.equal(folderWith({ HOME, XDG_CACHE_HOME, BQ2_CACHE: "/c" }), "/c");
  assert.equal(folderWith({ HOME, XDG_CACHE_HOME, BQ2_CACHE: "here" }), "/home/u/build/here");
  assert.equal(folderWith({ HOME, XDG_CACHE_HOME }), "/xdg/bq2");
  assert.equal(folderWith({ HOME, XDG_CACHE_HOME: "relative" }), "/home/u/.cache/bq2");
  assert.throws(() => folderWith({}), /HOME is not set/);
});

test("no pin can name a file outside its folder", () => {
  for (const file of ["../x", "a/b", "/etc/passwd", "", ".hidden", "a\0b", "-rf", "a\nb"]) {
    assert.ok(!v.safeParse(ArchiveSchema, { ...ARCHIVE, file }).success, JSON.stringify(file));
  }
});

test("states of an archive, by name and size", () => {
  const platform = memoryPlatform();
  const { files } = platform;
  const state = () =>
    listArchives(platform, "/c", [ARCHIVE]).map((item) => [item.state, item.received, item.from]);
  const paths = archivePaths("/c", ARCHIVE);
  assert.equal(state(), [["missing", 0, undefined]]);
  makeFolders(files, paths.folder);
  files.writeFile(paths.part, encodeUtf8("abc"));
  assert.equal(state(), [["partial", 3, undefined]]);
  files.writeFile(paths.file, encodeUtf8("abcde"));
  writeRecord(platform, paths, "https://a.test/v1.0.tar.gz");
  assert.equal(state(), [["cached", 5, "https://a.test/v1.0.tar.gz"]]);
  files.writeFile(paths.file, encodeUtf8("abcd"));
  assert.equal(state(), [["damaged", 4, "https://a.test/v1.0.tar.gz"]]);
  assert.throws(() => verifiedArchive(platform, "/c", ARCHIVE), /it has 4 bytes instead of the pinned 5/);
});

test("a damaged record counts as missing", () => {
  const platform = memoryPlatform();
  const paths = archivePaths("/c", ARCHIVE);
  makeFolders(platform.files, paths.folder);
  for (const text of ["", '{"origin": "x", ', "[]", '{"origin": 1}']) {
    platform.files.writeFile(paths.record, encodeUtf8(text));
    assert.equal(readRecord(platform.files, paths), undefined);
  }
});

test("a folder of copies: a file of the right size is preferred, else one of a wrong size is found", () => {
  const { files } = memoryPlatform();
  makeFolders(files, "/m");
  assert.equal(findInMirror(files, "/m", ARCHIVE), undefined);
  files.writeFile("/m/thing-1.0.tar.gz", encodeUtf8("old"));
  assert.equal(findInMirror(files, "/m", ARCHIVE), "/m/thing-1.0.tar.gz");
  files.writeFile("/m/v1.0.tar.gz", encodeUtf8("abcde"));
  assert.equal(findInMirror(files, "/m", ARCHIVE), "/m/v1.0.tar.gz");
});
