/** Images judged by e2fsck, debugfs and dumpe2fs (e2fsprogs). */
import { expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import { complaintsOf, debugfs, file, folder, GIB, MIB, patterned, withImage } from "../../tests/ext4-image.ts";
import { contentOf } from "./tree.ts";

const tools = requireTools("e2fsck", "debugfs", "dumpe2fs");

test.skipIf(!tools)("an empty tree makes a clean file system", async () => {
  await withImage([folder("")], 64 * MIB, (image) => {
    expect(complaintsOf(image)).toBe("");
  });
});

test.skipIf(!tools)("many names", async () => {
  const names = Array.from({ length: 10000 }, (_, i) => `f${String(i).padStart(5, "0")}`);
  const tree = [folder(""), folder("d"), ...names.map((n) => file(`d/${n}`, contentOf(new Uint8Array(10))))];
  await withImage(tree, 1024 * MIB, (image) => {
    expect(complaintsOf(image)).toBe("");
  });
});
