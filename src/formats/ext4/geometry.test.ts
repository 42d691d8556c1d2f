import { assert, test } from "../../base/testing.ts";
import { BLOCKS_PER_GROUP, type Geometry, geometryOf, hasBackup } from "./geometry.ts";

function laidOut(blocks: number, inodes: number): Geometry {
  const geometry = geometryOf(blocks, inodes);
  assert.ok(geometry !== undefined, `a layout of ${blocks} blocks`);
  return geometry;
}

test("backups are in group 1 and the powers of 3, 5 and 7", () => {
  const found = Array.from({ length: 130 }, (_, i) => i).filter(hasBackup);
  assert.equal(found, [1, 3, 5, 7, 9, 25, 27, 49, 81, 125]);
});

test("1 GiB is laid out as by mke2fs", () => {
  // dumpe2fs of `mke2fs -t ext4` on 1 GiB: bitmaps at 129 and 137, tables from 145 on, 127 reserved blocks
  const { groups, inodesPerGroup, reservedDescriptorBlocks } = laidOut(262144, 65536);
  assert.equal([groups.length, inodesPerGroup, reservedDescriptorBlocks], [8, 8192, 127]);
  assert.equal(groups[0], {
    start: 0,
    blocks: 32768,
    baseBlocks: 129,
    blockBitmap: 129,
    inodeBitmap: 137,
    inodeTable: 145,
  });
  assert.equal(groups[4]?.inodeTable, 2193);
});

test("metadata never overlaps and never leaves the disk", () => {
  for (const blocks of [2048, 40000, 262144, 600000, 2 ** 24]) {
    for (const inodesPerBlock of [1 / 16, 1 / 4, 0.9]) {
      const geometry = laidOut(blocks, Math.floor(blocks * inodesPerBlock));
      let end = 0;
      for (const region of geometry.metadata) {
        assert.ok(region.start >= end, `region at ${region.start} after ${end}`);
        end = region.start + region.count;
      }
      assert.ok(end <= geometry.blocks, "the last region ends on the disk");
      const parts = geometry.groups.map((group) => group.baseBlocks + 2 + geometry.inodesPerGroup / 16);
      assert.equal(
        geometry.metadataBlocks,
        parts.reduce((a, b) => a + b, 0),
        "no block of metadata is shared",
      );
    }
  }
});

test("a last group too short for its own metadata is left out", () => {
  assert.equal(laidOut(BLOCKS_PER_GROUP + 10, 1000).blocks, BLOCKS_PER_GROUP);
});

test("more inodes than a bitmap holds do not fit", () => {
  assert.equal(geometryOf(BLOCKS_PER_GROUP, 40000), undefined);
});
