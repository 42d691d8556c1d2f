/**
 * Searches the finished rootfs for traces of the build: names of the build's folders, of the seed's toolchain
 * and of this machine's folders, and dates later than any source. It reads every file and symlink, but
 * decompresses nothing (the kernel is compressed).
 */
import { ARCHES } from "../../base/arch.ts";
import { indexOfBytes } from "../../base/bytes.ts";
import { isWithin } from "../../base/path.ts";
import { nameToBytes } from "../../base/text.ts";
import { BQ2_ROOTFS_IN_SEED } from "../../plan/plan.ts";
import { BUILD_ROOT, SOURCE_ROOT, SYSROOT } from "../../recipe/package.ts";
import { OpenFiles } from "../../trees/open-files.ts";
import type { RunContext } from "../context/context.ts";
import { layersOf, rootfsSteps } from "../rootfs/layers.ts";
import { mergeLayers, type OwnedEntry } from "../rootfs/merge.ts";
import { laterDates } from "./later-dates.ts";

export interface Leftover {
  readonly phase: string;
  readonly step: string;
  /** In the finished rootfs, absolute. */
  readonly path: string;
  readonly word: string;
}

/** This project's own program, which knows these names because it makes those folders. */
const OWN_FILES = ["/usr/bin/bq2", "/usr/lib/bq2"];

/** Words that no file of a finished rootfs may contain. */
function unwantedWords({ plan, workspace }: RunContext): string[] {
  const { seedTriple } = ARCHES[plan.arch];
  const ofTheBuild = [SYSROOT, SOURCE_ROOT, BUILD_ROOT, BQ2_ROOTFS_IN_SEED];
  return [...ofTheBuild, seedTriple, workspace.root, workspace.cache.root];
}

interface Word {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** Each file and unwanted word in it, in tree order. Throws Bq2Error `path-conflict`, `need-missing`. */
export function findLeftovers(context: RunContext): Leftover[] {
  const words = unwantedWords(context).map((text) => ({ text, bytes: nameToBytes(text) }));
  const contents = new OpenFiles(context.platform.files);
  try {
    return mergeLayers(layersOf(context, rootfsSteps(context.plan)))
      .filter(({ entry }) => !OWN_FILES.some((own) => isWithin(`/${entry.path}`, own)))
      .flatMap((owned) => {
        const { phase, step } = owned.layer;
        const path = `/${owned.entry.path}`;
        return namesIn(context, contents, owned, words).map((word) => ({ phase, step, path, word }));
      });
  } finally {
    contents.closeAll();
  }
}

/** Those of `words` that a file's bytes or a symlink's target contain, and the file's later dates. */
function namesIn(
  { plan, store }: RunContext,
  contents: OpenFiles,
  owned: OwnedEntry,
  words: readonly Word[],
): string[] {
  const { entry, layer } = owned;
  if (entry.kind === "symlink") {
    const target = nameToBytes(entry.target);
    return words.filter(({ bytes }) => indexOfBytes(target, bytes) >= 0).map(({ text }) => text);
  }
  if (entry.kind !== "file") return [];
  const content = contents.contentOf(`${store.treeOf(layer.output)}/${entry.path}`, entry.size, false);
  const overlap = Math.max(...words.map(({ bytes }) => bytes.length)) - 1; // a word may cross two chunks
  const buffer = new Uint8Array(Math.min(CHUNK, entry.size));
  const found = new Set<string>();
  const dates = new Set<string>();
  for (let at = 0; at < entry.size; at += CHUNK - overlap) {
    const length = Math.min(CHUNK, entry.size - at);
    content.read(buffer, 0, length, at);
    const chunk = buffer.subarray(0, length);
    for (const { text, bytes } of words) if (indexOfBytes(chunk, bytes) >= 0) found.add(text);
    for (const date of laterDates(chunk, plan.epoch)) dates.add(date);
  }
  return [...words.map(({ text }) => text).filter((text) => found.has(text)), ...dates];
}

const CHUNK = 1 << 20;
