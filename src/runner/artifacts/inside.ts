/** Carries out one request for an output: by the program of the finished rootfs, in its namespace. */
import { canonicalJson } from "../../base/json.ts";
import { writeFileAtomic } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { readOutputRequest, writeOutput } from "./request.ts";

/** Name of the hidden subcommand that runs {@link outputInside}. */
export const OUTPUT_COMMAND = "output-inside";

/** Where the result is written, beside the request. */
export const RESULT_SUFFIX = ".result";

export async function outputInside(platform: Platform, path: string): Promise<number> {
  const request = readOutputRequest(platform, path);
  const sha256 = await writeOutput(platform, request);
  writeFileAtomic(platform.files, `${path}${RESULT_SUFFIX}`, canonicalJson({ sha256 }));
  return 0;
}
