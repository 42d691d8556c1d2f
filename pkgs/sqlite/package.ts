import type { Package } from "../../src/recipe/package.ts";
import { libraryFromList, programFromList } from "../compile-list.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";
import { npm, pin } from "../pin.ts";

/**
 * Upstream's own archive of the amalgamation, as the npm package `sqlite3` carries it. Debian has only the
 * sources that the amalgamation is generated from, which takes Tcl.
 */
const source = pin("sqlite", "3.52.0", (version) => ({
  file: `sqlite-${version}.tgz`,
  sha256: "ab8d044a93e05bd031d7ea75547c7fa60387cdc259d27f93c0e3e2832c4b1df9",
  size: 3292871,
  origins: [npm("sqlite3", "6.0.1")],
  inner: "package/deps/sqlite-autoconf-3520000.tar.gz",
}));

/** https://www.sqlite.org/compile.html */
const LIBRARY_OPTIONS = [
  // of the "Recommended Compile-time Options", those that leave nothing out and keep every commit durable
  ...["SQLITE_DQS=0", "SQLITE_LIKE_DOESNT_MATCH_BLOBS"],
  "SQLITE_OMIT_LOAD_EXTENSION", // static programs load nothing
  ...["SQLITE_ENABLE_FTS5", "SQLITE_ENABLE_RTREE", "SQLITE_ENABLE_MATH_FUNCTIONS"],
  ...["SQLITE_ENABLE_COLUMN_METADATA", "SQLITE_ENABLE_SESSION", "SQLITE_ENABLE_PREUPDATE_HOOK"],
  // what upstream's configure finds on Linux with musl
  ...["HAVE_FDATASYNC", "HAVE_GMTIME_R", "HAVE_LOCALTIME_R", "HAVE_STRCHRNUL", "HAVE_USLEEP"].map(
    (name) => `${name}=1`,
  ),
];

/** The command line tool edits and remembers no lines: that takes a library such as readline. */
const SHELL_OPTIONS = ["SQLITE_OMIT_LOAD_EXTENSION", "HAVE_READLINE=0", "HAVE_EDITLINE=0"];

const about = { license: "blessing", version: source.version, source } as const;

export const libsqlite: Package = {
  ...about,
  name: "libsqlite",
  why: "the database as a static library",
  needs: [crossTools, musl],
  build: (place) =>
    libraryFromList(place, {
      name: "sqlite3",
      flags: ["-O2", ...LIBRARY_OPTIONS.map((option) => `-D${option}`)],
      sources: ["sqlite3.c"],
      headers: ["sqlite3.h", "sqlite3ext.h"].map((name) => ({ from: name, to: name })),
    }),
};

export const sqlite: Package = {
  ...about,
  name: "sqlite",
  why: "the database's command line tool, sqlite3",
  needs: [crossTools, musl, libsqlite],
  build: (place) =>
    programFromList(place, {
      file: `${place.destdir}${place.prefix}/bin/sqlite3`,
      flags: ["-O2", ...SHELL_OPTIONS.map((option) => `-D${option}`)],
      sources: ["shell.c"],
      libraries: ["sqlite3"],
    }),
};
