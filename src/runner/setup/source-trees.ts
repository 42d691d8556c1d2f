/** Sources as steps see them: a tree a pin, kept in the cache and shared by all workspaces. */
import { canonicalJson } from "../../base/json.ts";
import type { HostAction } from "../../plan/action.ts";
import type { Pin } from "../../plan/source.ts";
import { removeTree } from "../../platform/files.ts";
import { releaseName, SOURCE_ROOT } from "../../recipe/package.ts";
import { verifiedArchive } from "../../sources/cache.ts";
import { unpackArchive } from "../../trees/unpack.ts";
import type { RunContext } from "../context/context.ts";
import { findPin, sourceTreeKey } from "../context/keys.ts";
import type { StepWork } from "../context/work.ts";
import { textDigest } from "../store/manifest.ts";

/** Root of the layer that holds the unpacked source of a pin. */
export function sourceTreeRoot(context: RunContext, pin: Pin): string {
  return `${context.workspace.cache.sourceTrees}/${sourceTreeKey(context.platform, pin)}`;
}

/** The unpacked source itself, within its layer, below the name that it has in every namespace. */
export function sourceTree(context: RunContext, pin: Pin): string {
  return `${sourceTreeRoot(context, pin)}${SOURCE_ROOT}/${releaseName(pin)}`;
}

/** A tree is whole when it has its name. */
export function isUnpacked(context: RunContext, pin: Pin): boolean {
  return context.platform.files.status(sourceTree(context, pin)) !== undefined;
}

/** Trees that are being unpacked: steps side by side may have the same source. */
const underWay = new Map<string, Promise<void>>();

/** Unpacks the pin's first archive, unless that was done. @throws Bq2Error where the cache does not hold it whole. */
export async function unpackSource(context: RunContext, pin: Pin): Promise<void> {
  if (isUnpacked(context, pin)) return;
  const root = sourceTreeRoot(context, pin);
  const begun = underWay.get(root) ?? unpack(context, pin, root);
  underWay.set(root, begun);
  await begun.finally(() => underWay.delete(root));
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
  });
}

/** The coordinator step `extract-sources`: the trees of these pins. */
export function extractWork(
  context: RunContext,
  action: Extract<HostAction, { kind: "extract-sources" }>,
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
