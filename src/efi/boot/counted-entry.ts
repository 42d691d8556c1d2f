/** Tells the system that is about to be started that it is counted, so that it can say that all is well (UEFI 2.10, 8.2). */
import { encodeUtf8 } from "../../base/text.ts";
import type { BootEntry } from "../../formats/boot-entries.ts";
import { COUNTED_ENTRY } from "../../formats/boot-tries.ts";
import { guid } from "../guid.ts";
import { getVariable, setVariable, VARIABLE } from "../variables.ts";

/** Not `nonVolatile`: it ends with the boot. */
const ATTRIBUTES = VARIABLE.bootService | VARIABLE.runtime;

/** Where `entry` is not counted, the variable of one that failed before is taken back. */
export function tellSystem({ title, tries }: BootEntry): void {
  const name = { name: COUNTED_ENTRY.name, vendor: guid(COUNTED_ENTRY.vendor) };
  if (tries !== null) setVariable(name, encodeUtf8(title), ATTRIBUTES);
  else if (getVariable(name) !== undefined) setVariable(name, new Uint8Array(), ATTRIBUTES);
}
