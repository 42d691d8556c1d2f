/** A tree as a deterministic `.tar.gz` file, whole or not at all. */
import { dirname } from "../../base/path.ts";
import { GzipWriter } from "../../formats/gzip.ts";
import { writeTar } from "../../formats/tar/writer.ts";
import type { Tree } from "../../formats/tree.ts";
import { makeFolders } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { withOutputFile } from "../../trees/output-file.ts";

const GZIP_LEVEL = 6; // gzip's own default: higher ones take long for little

/**
 * Writes `tree` to `path`; gives the sha256 of the plain `.tar`, which is what is promised to be the
 * same everywhere (engines carry other deflate code).
 */
export async function writeTarball(platform: Platform, tree: Tree, path: string): Promise<string> {
  const { files, bulk, host } = platform;
  makeFolders(files, dirname(path));
  const fill = async (fd: number): Promise<string> => {
    const hasher = bulk.sha256();
    const gzip = new GzipWriter(bulk, (chunk) => files.write(fd, chunk, null), {
      level: GZIP_LEVEL,
      parallel: host.cpuCount + 1, // one more than can run, so that none waits for us
    });
    await writeTar(tree, async (chunk) => {
      hasher.update(chunk);
      await gzip.write(chunk);
    });
    await gzip.end();
    return hasher.digest();
  };
  return withOutputFile(files, path, (output) => output.replace(fill));
}
