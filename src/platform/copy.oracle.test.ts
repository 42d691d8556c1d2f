/** Moves between two real file systems: the kernel's EXDEV, and GNU tar's view of both trees. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { requireFiles, requireTools } from "../../tests/oracle.ts";
import { moveTree } from "./copy.ts";
import { removeTree } from "./files.ts";
import { nodePlatform } from "./node/platform.ts";

const OTHER_FILE_SYSTEM = "/dev/shm";
const available = requireTools("tar", "bash", "truncate") && requireFiles(OTHER_FILE_SYSTEM);

/** Names, kinds, modes, sizes, times and links: everything in a tar archive except owners. */
function listing(folder: string): string {
  const options = ["--sparse", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--format=posix"];
  const archive = execFileSync("tar", [...options, "-C", folder, "-cf", "-", "."]);
  return execFileSync("tar", ["--full-time", "-tvf", "-"], { input: archive, encoding: "utf8" });
}

test.skipIf(!available)("moveTree between file systems loses nothing", () => {
  const { files } = nodePlatform();
  const from = join(fs.mkdtempSync(join(tmpdir(), "bq2-move-")), "tree");
  const to = join(fs.mkdtempSync(join(OTHER_FILE_SYSTEM, "bq2-move-")), "tree");
  expect(fs.statSync(join(from, "..")).dev).not.toBe(fs.statSync(join(to, "..")).dev);
  const script = `mkdir -p $'odd\\xff\\nname' closed/inner && cd closed/inner && echo x > a && ln a b && ln -s nowhere c
    truncate -s 5M holes && echo end >> holes && chmod 4711 a && touch -d '1969-01-02 03:04:05' a && touch -hd @86400 c && touch -d @777 holes
    cd ../.. && touch -d @12345 closed/inner && chmod 555 closed/inner && touch -d @54321 odd* closed .`;
  fs.mkdirSync(from);
  execFileSync("bash", ["-ec", script], { cwd: from });
  const before = listing(from);
  moveTree(files, from, to);
  expect(listing(to)).toBe(before);
  expect(before).toContain("1969-01-02");
  expect(fs.existsSync(from)).toBe(false);
  expect(files.status(join(to, "closed/inner/holes"))?.allocated).toBeLessThan(1 << 16);
  for (const folder of [from, to]) removeTree(files, join(folder, ".."));
});
