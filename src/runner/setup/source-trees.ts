/** Unpacked sources: one tree for each pin, kept in the cache and shared by all workspaces. */
import { Bq2Error } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { dirname } from "../../base/path.ts";
import { textDigest } from "../../kept/manifest.ts";
import { type RecordedTree, recordedState, recordedTree, recordTree } from "../../kept/recorded-tree.ts";
import type { CoordinatorAction } from "../../plan/action.ts";
import type { Pin } from "../../plan/source.ts";
import { makeFolders, removeTree, takeLock } from "../../platform/files.ts";
import { releaseName, SOURCE_ROOT } from "../../recipe/package.ts";
import { verifiedArchive } from "../../sources/cache.ts";
import { leavingOut } from "../../trees/leaving-out.ts";
import { unpackArchive } from "../../trees/unpack.ts";
import type { RunContext } from "../context/context.ts";
import { findPin, sourceTreeKey } from "../context/keys.ts";
import type { StepWork } from "../context/work.ts";

/** Root of the layer that contains the unpacked source of a pin. */
export function sourceTreeRoot(context: RunContext, pin: Pin): string {
  return `${context.workspace.cache.sourceTrees}/${sourceTreeKey(context.platform, pin)}`;
}

/** The unpacked source itself, within its layer, at the path that it has in every namespace. */
export function sourceTree(context: RunContext, pin: Pin): string {
  return `${sourceTreeRoot(context, pin)}${SOURCE_ROOT}/${releaseName(pin)}`;
}

/** Whether the tree exists; it is checked when it is used. */
function isUnpacked(context: RunContext, pin: Pin): boolean {
  return context.platform.files.status(sourceTree(context, pin)) !== undefined;
}

/** Trees that are being unpacked, because parallel steps may share a source. */
const underWay = new Map<string, Promise<void>>();

/**
 * Ensures an intact tree of the pin's first archive. The tree is checked once in a run, and unpacked if it is
 * missing, damaged, or has no manifest (comparing it with its archive would take as long).
 *
 * @throws Bq2Error if the cache has no intact copy of the archive.
 */
export async function unpackSource(context: RunContext, pin: Pin): Promise<void> {
  const root = sourceTreeRoot(context, pin);
  const begun = underWay.get(root) ?? ensureTree(context, pin, recordedTree(root));
  underWay.set(root, begun);
  await begun.finally(() => underWay.delete(root));
}

async function ensureTree(context: RunContext, pin: Pin, tree: RecordedTree): Promise<void> {
  const { log, platform } = context;
  const isWhole = (): boolean => recordedState(platform, tree, log.warn) === "sound";
  if (isWhole()) return;
  makeFolders(platform.files, dirname(tree.root));
  const lock = await takeLock(platform, `${tree.root}.lock`);
  try {
    if (isWhole()) return; // another process unpacked it while this one waited
    await unpack(context, pin, tree.root);
    recordTree(platform, tree);
  } finally {
    lock.release();
  }
}

/** The root of the pin's intact layer. Throws Bq2Error `source-missing` if it is missing or was damaged. */
export function soundSourceRoot(context: RunContext, pin: Pin): string {
  const root = sourceTreeRoot(context, pin);
  const state = recordedState(context.platform, recordedTree(root), context.log.warn);
  if (state === "sound" || state === "unrecorded") return root;
  throw new Bq2Error(
    `Cannot use the source ${releaseName(pin)}: it is not unpacked at ${root}, or was damaged`,
    {
      code: "source-missing",
      hint: "run bq2 sysroot-runner --phase host-setup, which unpacks it again",
    },
  );
}

async function unpack(context: RunContext, pin: Pin, root: string): Promise<void> {
  const { log, platform, workspace } = context;
  const [archive] = pin.archives;
  if (archive === undefined) return;
  log.info(`Unpacking ${releaseName(pin)}`);
  removeTree(platform.files, root);
  await unpackArchive(platform, {
    archive: verifiedArchive(platform, workspace.cache.root, archive),
    target: sourceTree(context, pin),
    stripComponents: 1,
    ...(archive.inner !== undefined && { inner: archive.inner }),
    ...(archive.unread !== undefined && { rename: leavingOut(archive.unread) }),
  });
}

/** The coordinator step `extract-sources`: unpacks the trees of the pins. */
export function extractWork(
  context: RunContext,
  action: Extract<CoordinatorAction, { kind: "extract-sources" }>,
): StepWork {
  const { platform, plan } = context;
  const pins = action.pins.map((name) => findPin(plan, name));
  const key = textDigest(platform, canonicalJson(pins.map((pin) => sourceTreeKey(platform, pin))));
  const areThere = (): boolean => pins.every((pin) => isUnpacked(context, pin));
  return {
    key,
    isPresent: areThere,
    stored: () => (areThere() ? key : undefined),
    view: undefined,
    async make() {
      for (const pin of pins) await unpackSource(context, pin);
      return { output: key };
    },
  };
}
