/**
 * Tells the system that its boot is counted, so that it can confirm a good boot (UEFI 2.10, 8.2: variables).
 */
import { encodeUtf8 } from "../../base/text.ts";
import type { BootEntry } from "../../formats/boot-entries.ts";
import { COUNTED_ENTRY } from "../../formats/boot-tries.ts";
import { guid } from "../guid.ts";
import { getVariable, setVariable, VARIABLE } from "../variables.ts";

/** Not `nonVolatile`: the variable ends with the boot. */
const ATTRIBUTES = VARIABLE.bootService | VARIABLE.runtime;

/** If `entry` is not counted, removes the variable that an entry which failed before it has left. */
export function tellSystem({ title, tries }: BootEntry): void {
  const name = { name: COUNTED_ENTRY.name, vendor: guid(COUNTED_ENTRY.vendor) };
  if (tries !== null) setVariable(name, encodeUtf8(title), ATTRIBUTES);
  else if (getVariable(name) !== undefined) setVariable(name, new Uint8Array(), ATTRIBUTES);
}
