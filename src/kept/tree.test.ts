import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { makeFolders } from "../platform/files.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import type { Platform } from "../platform/platform.ts";
import { testBulk } from "../platform/test-bulk.ts";
import { describeDamage } from "./damage.ts";
import { recordedManifest, recordedState, recordedTree, recordTree } from "./recorded-tree.ts";
import { treeDamages } from "./tree.ts";

const TREE = recordedTree("/kept/tree");
const FILE = "/kept/tree/bin/tool";

/** A recorded tree. The clock advances afterwards, so that changes show. */
function place(uid = 0) {
  const platform = memoryPlatform({ bulk: testBulk(), host: { uid } });
  const { files, clock } = platform;
  makeFolders(files, "/kept/tree/bin");
  files.writeFile(FILE, encodeUtf8("good"));
  files.symlink("tool", "/kept/tree/bin/link");
  files.link(FILE, "/kept/tree/bin/twin");
  clock.advance(10);
  recordTree(platform, TREE);
  clock.advance(10);
  return platform;
}

function damages(platform: Platform): string[] {
  const manifest = recordedManifest(platform, TREE) ?? [];
  return treeDamages(platform, TREE, manifest).map(describeDamage);
}

/** Writes other bytes of the same length, and restores the modification time. */
function tamper({ files }: Platform): void {
  const mtime = files.status(FILE)?.mtime ?? 0;
  files.writeFile(FILE, encodeUtf8("evil"));
  files.setTime(FILE, mtime);
}

test("a recorded tree is intact, and checking it again hashes nothing", () => {
  const platform = place();
  assert.equal(damages(platform), []);
  let opened = 0;
  const { files } = platform;
  const counting: Platform = {
    ...platform,
    files: {
      ...files,
      open(path, mode, permissions) {
        if (path.startsWith("/kept/tree/")) opened++;
        return files.open(path, mode, permissions);
      },
    },
  };
  assert.equal(damages(counting), []);
  assert.equal(opened, 0);
  files.link(FILE, "/kept/copy"); // another change time, the same bytes
  platform.clock.advance(10);
  assert.equal(damages(counting), []);
  assert.equal(opened, 1);
  assert.equal(damages(counting), []);
  assert.equal(opened, 1, "the new fingerprint was recorded");
});

const CASES: readonly (readonly [string, (platform: Platform) => void, RegExp])[] = [
  ["bytes", tamper, /bin\/tool: found sha256 [0-9a-f]{64}, wanted sha256 [0-9a-f]{64}$/],
  ["size", ({ files }) => files.writeFile(FILE, encodeUtf8("longer")), /found 6 bytes, wanted 4 bytes/],
  ["mode", ({ files }) => files.setMode(FILE, 0o4755), /found mode 4755, wanted mode 0644/],
  ["owner", ({ files }) => files.setOwner(FILE, 7, 7), /found owner 7, wanted owner 0/],
  [
    "an added file",
    ({ files }) => files.writeFile("/kept/tree/bin/x", encodeUtf8("")),
    /bin\/x: found an added/,
  ],
  ["an added file at the top", ({ files }) => files.symlink("x", "/kept/tree/y"), /tree\/y: found an added/],
  [
    "a missing file",
    ({ files }) => files.removeFile("/kept/tree/bin/twin"),
    /twin: found nothing, wanted file/,
  ],
  [
    "a link's target",
    ({ files }) => {
      files.removeFile("/kept/tree/bin/link");
      files.symlink("/etc/passwd", "/kept/tree/bin/link");
    },
    /found a link to \/etc\/passwd, wanted a link to tool/,
  ],
  [
    "a hard link that became a copy",
    ({ files }) => {
      files.removeFile("/kept/tree/bin/twin");
      files.writeFile("/kept/tree/bin/twin", encodeUtf8("good"));
    },
    /bin\/twin: found another file, wanted a hard link to bin\/tool/,
  ],
  [
    "another kind",
    ({ files }) => {
      files.removeFile(FILE);
      files.makeFolder(FILE);
    },
    /bin\/tool: found folder, wanted file/,
  ],
];

for (const [name, damage, wanted] of CASES) {
  test(`damage is found: ${name}`, () => {
    const platform = place();
    damage(platform);
    assert.ok(wanted.test(damages(platform).join("\n")), damages(platform).join("\n"));
  });
}

test("a damaged tree is reported and set aside, and the next run misses it", () => {
  const platform = place();
  tamper(platform);
  const reported: string[] = [];
  const state = () => recordedState({ ...platform }, TREE, (line) => void reported.push(line));
  assert.equal(state(), "damaged");
  assert.ok(reported[0]?.includes(`${FILE}: found sha256`) === true, reported.join("\n"));
  assert.equal(state(), "missing");
  assert.equal(platform.files.list("/kept/tree.damaged/bin"), ["link", "tool", "twin"]);
});

test("a change within one tick of the clock is not missed", () => {
  const platform = memoryPlatform({ bulk: testBulk() });
  makeFolders(platform.files, "/kept/tree/bin");
  platform.files.writeFile(FILE, encodeUtf8("good"));
  recordTree(platform, TREE);
  platform.files.writeFile(FILE, encodeUtf8("evil"));
  assert.equal(damages(platform).length, 1);
});

test("a damaged manifest counts as missing; damaged fingerprints only cost hashing", () => {
  const platform = place();
  const { files } = platform;
  files.writeFile(TREE.fingerprints, encodeUtf8("{"));
  assert.equal(damages(platform), []);
  const text = files.readFile(TREE.manifest);
  for (const bad of [text.subarray(0, 100), encodeUtf8("[]"), new Uint8Array()]) {
    files.writeFile(TREE.manifest, bad);
    assert.equal(
      recordedState({ ...platform }, TREE, () => {}),
      "unrecorded",
    );
  }
});
