import { isOwnRootfs, releaseOf, seedOfRelease } from "./seed-name.ts";
import { assert, test } from "./testing.ts";

test("a rootfs of ours is recognized by its name alone, in any folder", () => {
  for (const seed of [
    "bq2-rootfs-0.1.0",
    "data/output/bq2-rootfs-0.1.0-x86_64.tar.gz",
    "https://host/v1.2.3/bq2-rootfs-1.2.3-aarch64.tar.gz",
  ])
    assert.ok(isOwnRootfs(seed), seed);
  for (const seed of ["debian-12", "bq2-rootfs-", "bq2-rootfs-next", "/bq2-rootfs-0.1.0/other.tar.gz"])
    assert.ok(!isOwnRootfs(seed), seed);
});

test("a release is a version and nothing else", () => {
  assert.equal(releaseOf(seedOfRelease("0.1.0")), "0.1.0");
  assert.equal(["bq2-rootfs-0.1.0.tar", "bq2-rootfs-0.1", "./bq2-rootfs-0.1.0"].map(releaseOf), [
    undefined,
    undefined,
    undefined,
  ]);
});
