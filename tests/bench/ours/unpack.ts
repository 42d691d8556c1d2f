/** `unpack CACHE TARGET`: the kernel's archive as a step gets it: its digest checked in the cache, then unpacked. */
import process from "node:process";
import { nodePlatform } from "../../../src/platform/node/platform.ts";
import { verifiedArchive } from "../../../src/sources/cache.ts";
import { unpackArchive } from "../../../src/trees/unpack.ts";
import { linuxArchive } from "../inputs.ts";

const [cache = "", target = ""] = process.argv.slice(2);
const platform = nodePlatform();
await unpackArchive(platform, { archive: verifiedArchive(platform, cache, linuxArchive()), target });
