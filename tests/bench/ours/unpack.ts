/**
 * `unpack CACHE TARGET`: checks the digest of the kernel's archive in the cache and unpacks it, as for a
 * step.
 */
import process from "node:process";
import { nodePlatform } from "../../../src/platform/node/platform.ts";
import { verifiedArchive } from "../../../src/sources/cache.ts";
import { leavingOut } from "../../../src/trees/leaving-out.ts";
import { unpackArchive } from "../../../src/trees/unpack.ts";
import { linuxArchive } from "../inputs.ts";

const [cache = "", target = ""] = process.argv.slice(2);
const platform = nodePlatform();
const archive = linuxArchive();
await unpackArchive(platform, {
  archive: verifiedArchive(platform, cache, archive),
  target,
  stripComponents: 1,
  ...(archive.unread !== undefined && { rename: leavingOut(archive.unread) }),
});
