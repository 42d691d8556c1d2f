/** `image FOLDER KERNEL OUTPUT`: writes a raw disk of 2 GiB with a folder as its root filesystem. */
import process from "node:process";
import { buildImage } from "../../../src/image/build-image.ts";
import { nodePlatform } from "../../../src/platform/node/platform.ts";
import { folderTree } from "../../../src/trees/folder-tree.ts";
import { OpenFiles } from "../../../src/trees/open-files.ts";
import { withOutputFile } from "../../../src/trees/output-file.ts";

const [folder = "", kernel = "", path = ""] = process.argv.slice(2);
const platform = nodePlatform();
const sources = new OpenFiles(platform.files);
await withOutputFile(platform.files, path, (output) =>
  buildImage(platform, {
    rootfs: folderTree(platform.files, sources, folder, { owners: "root", times: "disk" }),
    sources,
    output,
    kernel,
    format: "raw",
    size: 2 * 2 ** 30,
    epoch: 0,
    wantsDigests: false,
    isDirect: true,
  }),
);
