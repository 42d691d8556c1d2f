/**
 * Machine code and its origin: which step made each ELF file and static library of the finished rootfs. If a
 * plan builds everything again without the seed, none of them may have been made in the seed.
 */
import { equalBytes } from "../../base/bytes.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { stepId } from "../../plan/plan.ts";
import type { Files } from "../../platform/platform.ts";
import type { RunContext } from "../context/context.ts";
import { layersOf, rootfsSteps } from "../rootfs/layers.ts";
import { mergeLayers, type OwnedEntry } from "../rootfs/merge.ts";

export interface MachineCode {
  /** The step that made it. */
  readonly id: string;
  /** In the finished rootfs, absolute. */
  readonly path: string;
  /** Its step ran in the seed, where it could use the seed's programs. */
  readonly madeInSeed: boolean;
}

/** The rootfs's machine code, in tree order. Throws Bq2Error `path-conflict`, `need-missing`. */
export function machineCode(context: RunContext): MachineCode[] {
  const inSeed = new Set(
    context.plan.phases.filter(({ namespace }) => namespace === "seed").map(({ name }) => name),
  );
  const { files } = context.platform;
  const place = ({ entry, layer }: OwnedEntry): string =>
    `${context.store.treeOf(layer.output)}/${entry.path}`;
  return mergeLayers(layersOf(context, rootfsSteps(context.plan)))
    .filter((owned) => owned.entry.kind === "file" && isMachineCode(files, place(owned), owned.entry.size))
    .map(({ entry, layer }) => ({
      id: stepId(layer.phase, layer.step),
      path: `/${entry.path}`,
      madeInSeed: inSeed.has(layer.phase),
    }));
}

/** First bytes of the files: gABI, "ELF Identification"; ar(5). */
const MARKS = [encodeUtf8("\u007fELF"), encodeUtf8("!<arch>\n")];

/** Length of a static library's mark. A library without members, as musl's `libm.a`, has nothing after it. */
const MARK_LENGTH = 8;

/** Whether the file at `path` begins like an ELF file or like a static library with members. */
export function isMachineCode(files: Files, path: string, size: number): boolean {
  if (size <= MARK_LENGTH) return false;
  const start = new Uint8Array(MARK_LENGTH);
  const fd = files.open(path, "read");
  try {
    files.read(fd, start, 0, start.length, 0);
  } finally {
    files.close(fd);
  }
  return MARKS.some((mark) => equalBytes(start.subarray(0, mark.length), mark));
}

/** Whether the plan builds packages in the new rootfs, without the seed. */
export function leavesTheSeed({ plan }: RunContext): boolean {
  return plan.phases.some(
    ({ namespace, steps }) => namespace === "bq2" && steps.some(({ build }) => build.kind !== "coordinator"),
  );
}
