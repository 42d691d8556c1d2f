import type { InsideAction } from "../src/plan/action.ts";

/** A file, or a folder with all that is in it. */
export function copy(from: string, to: string): InsideAction {
  return { kind: "copy", from, to, only: "" };
}
