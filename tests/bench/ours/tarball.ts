/** `tarball FOLDER OUTPUT`: packs a folder as a deterministic tar.gz. */
import process from "node:process";
import { GzipWriter } from "../../../src/formats/gzip.ts";
import { writeTar } from "../../../src/formats/tar/writer.ts";
import { nodePlatform } from "../../../src/platform/node/platform.ts";
import { folderTree } from "../../../src/trees/folder-tree.ts";
import { OpenFiles } from "../../../src/trees/open-files.ts";

const [folder = "", output = ""] = process.argv.slice(2);
const { files, bulk, host } = nodePlatform();
const fd = files.open(output, "create");
const gzip = new GzipWriter(bulk, (bytes) => files.write(fd, bytes, null), {
  level: 6,
  parallel: 2 * host.cpuCount,
});
const tree = folderTree(files, new OpenFiles(files), folder, { owners: "root", times: 0 });
await writeTar(tree, (bytes) => gzip.write(bytes));
await gzip.end();
files.close(fd);
