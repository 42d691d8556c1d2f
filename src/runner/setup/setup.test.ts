import { concatBytes } from "../../base/bytes.ts";
import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { writeTar } from "../../formats/tar/writer.ts";
import { contentOf, type Entry, NO_ATTRIBUTES } from "../../formats/tree.ts";
import type { CoordinatorAction } from "../../plan/action.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Pin } from "../../plan/source.ts";
import { makeFolders, readText } from "../../platform/files.ts";
import type { MemoryPlatform } from "../../platform/memory/platform.ts";
import type { RunContext } from "../context/context.ts";
import { testContext, testPhase, testPlan, testPlatform, testStep } from "../context/test-context.ts";
import { runPlan } from "../run/run.ts";
import { OWN_SOURCE_PARTS, ownTrees } from "./own-source.ts";
import { sourceTree } from "./source-trees.ts";
import { stagedRoot } from "./staged-tree.ts";

const ALL = { resume: true, reports: true };
const MIRROR = "/mirror";

const step = (name: string, action: CoordinatorAction) => ({
  ...testStep(name),
  build: { kind: "coordinator" as const, action },
});

/** A plan with host-setup's steps for these pins. */
function setupPlan(pins: readonly Pin[]): Plan {
  const names = pins.map(({ name, version }) => `${name}-${version}`);
  const steps = [
    step("download-sources", { kind: "fetch-sources", pins: names }),
    step("extract-sources", { kind: "extract-sources", pins: names }),
    step("stage-source", { kind: "stage-source" }),
  ];
  return {
    ...testPlan([testPhase("host-setup", steps, { namespace: "host", destdir: null })]),
    pins: [...pins],
  };
}

function sha256(platform: MemoryPlatform, bytes: Uint8Array): string {
  const hasher = platform.bulk.sha256();
  hasher.update(bytes);
  return hasher.digest();
}

/** A release whose archive, a plain tar of one file, is in the mirror. */
async function release(platform: MemoryPlatform, name: string, text: string): Promise<Pin> {
  const base = { mode: 0o644, uid: 0, gid: 0, mtime: 5, attributes: NO_ATTRIBUTES };
  const tree: Entry[] = [
    { kind: "folder", path: `${name}-1`, ...base, mode: 0o755 },
    { kind: "file", path: `${name}-1/file`, ...base, content: contentOf(encodeUtf8(text)) },
  ];
  const chunks: Uint8Array[] = [];
  await writeTar(tree, (chunk) => void chunks.push(chunk.slice()));
  const bytes = concatBytes(chunks);
  makeFolders(platform.files, MIRROR);
  platform.files.writeFile(`${MIRROR}/${name}-1.tar`, bytes);
  return {
    name,
    version: "1",
    archives: [
      {
        file: `${name}-1.tar`,
        sha256: sha256(platform, bytes),
        size: bytes.length,
        origins: [{ kind: "url", url: "https://a.test/x.tar" }],
      },
    ],
  };
}

/** Makes a project folder with every part of this project's own source. */
function addProject({ files }: MemoryPlatform): void {
  for (const part of OWN_SOURCE_PARTS) {
    const isFile = /\.|LICENSE/.test(part);
    const path = `/project/${part}${isFile ? "" : "/part.ts"}`;
    makeFolders(files, path.slice(0, path.lastIndexOf("/")));
    files.writeFile(path, encodeUtf8(part));
  }
  files.writeFile("/project/src/part.test.ts", encodeUtf8("a test"));
}

async function scene() {
  const platform = testPlatform();
  addProject(platform);
  const pin = await release(platform, "thing", "words");
  const logged: string[] = [];
  const context: RunContext = { ...testContext(platform, setupPlan([pin]), logged), mirror: MIRROR };
  return { platform, pin, context, logged };
}

test("host-setup fetches and unpacks the pins, and stages this project's own source", async () => {
  const { platform, pin, context } = await scene();
  await runPlan(context, ALL);
  assert.equal(readText(platform.files, `${sourceTree(context, pin)}/file`), "words");
  assert.match(platform.files.readLink(`${context.workspace.sources}/thing-1.tar`), /^\/cache\/archives\//);
  const own = `${stagedRoot(context, "bq2")}/workspace/src/bq2`;
  assert.equal(readText(platform.files, `${own}/src/part.ts`), "src");
  assert.equal(platform.files.status(`${own}/src/part.test.ts`), undefined);
});

test("a second run repeats nothing, and a changed source tree is unpacked again", async () => {
  const { platform, pin, context, logged } = await scene();
  await runPlan(context, ALL);
  await runPlan(context, ALL);
  const count = () => logged.filter((line) => line === "Unpacking thing-1").length;
  assert.equal(count(), 1);
  const file = `${sourceTree(context, pin)}/file`;
  platform.files.writeFile(file, encodeUtf8("swords"));
  // As another process, because this one has already checked the tree.
  const again: RunContext = { ...testContext({ ...platform }, context.plan, logged), mirror: MIRROR };
  await runPlan(again, { ...ALL, resume: false });
  assert.equal(count(), 2);
  assert.equal(readText(platform.files, file), "words");
});

test("changed TypeScript keeps the C part's digest; an incomplete project folder is refused", () => {
  const platform = testPlatform();
  addProject(platform);
  const before = ownTrees(platform, "/project");
  platform.files.writeFile("/project/src/part.ts", encodeUtf8("changed"));
  const after = ownTrees(platform, "/project");
  assert.ok(before.bq2.digest !== after.bq2.digest);
  assert.equal(before["bq2-native"].digest, after["bq2-native"].digest);
  platform.files.removeFile("/project/LICENSE");
  assert.throws(() => ownTrees(platform, "/project"), /\/project\/LICENSE/);
});
