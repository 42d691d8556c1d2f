/** A folder of archives copied by hand (`--mirror DIR`), for machines without a network. */
import type { Archive } from "../plan/source.ts";
import type { Files } from "../platform/platform.ts";
import { originFileName } from "./origins.ts";

/**
 * The file in `folder` that seems to be `archive`, or `undefined`: found by its name, by its sha256 (as
 * in the `archives` folder of another cache), or by the name that one of its origins gives it. A file
 * of the pinned size is preferred. The caller verifies its bytes.
 */
export function findInMirror(files: Files, folder: string, archive: Archive): string | undefined {
  const byDigest = `${folder}/${archive.sha256}`;
  const candidates = [
    `${folder}/${archive.file}`,
    files.statusFollowed(byDigest)?.kind === "folder" ? `${byDigest}/${archive.file}` : byDigest,
    ...archive.origins.map((origin) => `${folder}/${originFileName(origin)}`),
  ];
  const present = candidates.filter((path) => files.statusFollowed(path)?.kind === "file");
  return present.find((path) => files.statusFollowed(path)?.size === archive.size) ?? present[0];
}
