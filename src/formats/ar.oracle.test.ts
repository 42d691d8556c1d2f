/** binutils' `ar` writes, we list. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import { listAr } from "./ar.ts";
import { contentOf } from "./tree.ts";

const MEMBERS = {
  "a.o": "",
  "exactly-fifteen": "odd",
  "one-more-than-sixteen-letters.o": "even",
  "x y": "z".repeat(1001),
};

test.skipIf(!requireTools("ar"))("names of every length and contents are found", () => {
  const folder = mkdtempSync(join(tmpdir(), "bq2-ar-"));
  for (const [name, text] of Object.entries(MEMBERS)) writeFileSync(join(folder, name), text);
  execFileSync("ar", ["rcD", "x.a", ...Object.keys(MEMBERS)], { cwd: folder });
  const archive = readFileSync(join(folder, "x.a"));
  const found = listAr(contentOf(archive)).map(({ name, offset, size, mode, uid, mtime }) => {
    expect([mode & 0o777, uid, mtime]).toEqual([0o644, 0, 0]); // `D`: deterministic
    return [name, archive.toString("latin1", offset, offset + size)];
  });
  expect(Object.fromEntries(found)).toEqual(MEMBERS);
  rmSync(folder, { recursive: true });
});
