/**
 * The ledger of machine code: which phase made each ELF file and static library of the finished rootfs. Where a plan
 * makes everything again without the seed, none may be left that was made within it.
 */
import { equalBytes } from "../base/bytes.ts";
import { encodeUtf8 } from "../base/text.ts";
import { OpenFiles } from "../image/open-files.ts";
import { stepId } from "../plan/plan.ts";
import type { RunContext } from "./context.ts";
import { layersOf, rootfsSteps } from "./layers.ts";
import { mergeLayers, type OwnedEntry } from "./rootfs.ts";

export interface MachineCode {
  /** The step that made it. */
  readonly id: string;
  /** In the finished rootfs, absolute. */
  readonly path: string;
  /** Its step ran in the seed, where the seed's own programs could take part. */
  readonly madeInSeed: boolean;
}

/** In tree order. Throws Bq2Error `path-conflict`, `need-missing`. */
export function machineCode(context: RunContext): MachineCode[] {
  const inSeed = new Set(
    context.plan.phases.filter(({ namespace }) => namespace === "seed").map(({ name }) => name),
  );
  const contents = new OpenFiles(context.platform.files);
  try {
    return mergeLayers(layersOf(context, rootfsSteps(context.plan)))
      .filter((owned) => isMachineCode(context, contents, owned))
      .map(({ entry, layer }) => ({
        id: stepId(layer.phase, layer.step),
        path: `/${entry.path}`,
        madeInSeed: inSeed.has(layer.phase),
      }));
  } finally {
    contents.closeAll();
  }
}

/** How the files begin: gABI, "ELF Identification"; ar(5). */
const MARKS = [encodeUtf8("\u007fELF"), encodeUtf8("!<arch>\n")];

function isMachineCode({ store }: RunContext, contents: OpenFiles, { entry, layer }: OwnedEntry): boolean {
  if (entry.kind !== "file") return false;
  const start = new Uint8Array(Math.min(8, entry.size));
  const content = contents.contentOf(`${store.treeOf(layer.output)}/${entry.path}`, entry.size, false);
  content.read(start, 0, start.length, 0);
  return MARKS.some((mark) => equalBytes(start.subarray(0, mark.length), mark));
}

/** True where the plan builds packages within the new rootfs, by nothing of the seed. */
export function leavesTheSeed({ plan }: RunContext): boolean {
  return plan.phases.some(
    ({ namespace, steps }) => namespace === "bq2" && steps.some(({ build }) => build.kind !== "host"),
  );
}
