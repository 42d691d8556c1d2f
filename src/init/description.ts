/** Reads the description of the system (`src/system/description.ts`). */
import { readText } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";
import { checkServices } from "../system/check-services.ts";
import type { Description } from "../system/description.ts";
import { DESCRIPTION_FILE } from "../system/description-file.ts";

/**
 * Undefined if the file does not exist. Throws Bq2Error `bad-json`, `bad-format` or `bad-services`. The
 * schema's code is loaded only for a file that exists.
 */
export async function readDescription(files: Files): Promise<Description | undefined> {
  if (files.statusFollowed(DESCRIPTION_FILE) === undefined) return undefined;
  const { DescriptionSchema } = await import("../system/description.ts");
  const { parseAs } = await import("../plan/parse.ts");
  const hint = "correct the file, then restart";
  const description = parseAs(DescriptionSchema, readText(files, DESCRIPTION_FILE), DESCRIPTION_FILE, hint);
  checkServices(description.services);
  return description;
}
