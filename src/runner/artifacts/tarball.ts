/** Writes a tree as a deterministic `.tar.gz` file, completely or not at all. */
import { dirname } from "../../base/path.ts";
import { GzipWriter } from "../../formats/gzip.ts";
import { writeTar } from "../../formats/tar/writer.ts";
import type { Tree } from "../../formats/tree.ts";
import { makeFolders } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { withOutputFile } from "../../trees/output-file.ts";

const GZIP_LEVEL = 6; // gzip's default; higher levels take much longer and save little

/**
 * Writes `tree` to `path`; returns the sha256 of the uncompressed `.tar`. Only that digest is the same on
 * every machine, because the engines' deflate code differs.
 */
export async function writeTarball(platform: Platform, tree: Tree, path: string): Promise<string> {
  const { files, bulk, host } = platform;
  makeFolders(files, dirname(path));
  const fill = async (fd: number): Promise<string> => {
    const hasher = bulk.sha256();
    const gzip = new GzipWriter(bulk, (chunk) => files.write(fd, chunk, null), {
      level: GZIP_LEVEL,
      parallel: host.cpuCount + 1, // one more than can run, so that no processor waits for this thread
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
