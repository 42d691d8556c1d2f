/** `image FOLDER KERNEL OUTPUT`: a folder as the root filesystem of a raw disk of 2 GiB. */
import process from "node:process";
import { buildImage } from "../../../src/image/build-image.ts";
import { nodePlatform } from "../../../src/platform/node/platform.ts";
import { folderTree } from "../../../src/trees/folder-tree.ts";
import { OpenFiles } from "../../../src/trees/open-files.ts";

const [folder = "", kernel = "", output = ""] = process.argv.slice(2);
const platform = nodePlatform();
await buildImage(platform, {
  rootfs: folderTree(platform.files, new OpenFiles(platform.files), folder, {
    owners: "root",
    times: "disk",
  }),
  kernel,
  output,
  format: "raw",
  compress: false,
  size: 2 * 2 ** 30,
  epoch: 0,
  wantsRawDigest: false,
  isDirect: true,
});
