/** From a system to the description that process 1 reads. */
import { canonicalJson } from "../base/json.ts";
import { DESCRIPTION_FORMAT, type Description } from "./description.ts";
import type { System } from "./system.ts";

export function descriptionOf({ name, sysctls, network, services }: System): Description {
  return { format: DESCRIPTION_FORMAT, name, sysctls, network, services: [...services] };
}

/** The text of `/etc/bq2/system.json`. */
export function descriptionText(system: System): string {
  return `${canonicalJson(descriptionOf(system))}\n`;
}
