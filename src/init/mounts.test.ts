import { assert, test } from "../base/testing.ts";
import { unmountOrder } from "./mounts.ts";

test("disks are unmounted last first; the root and file systems without a disk stay", () => {
  const mounts = `/dev/root / ext4 rw,relatime 0 0
devtmpfs /dev devtmpfs rw 0 0
proc /proc proc rw 0 0
tmpfs /tmp tmpfs rw 0 0
/dev/vdb1 /mnt ext4 rw 0 0
/dev/loop0 /mnt/a\\040disk\\134x vfat rw 0 0
overlay /tmp/view overlay rw 0 0
`;
  assert.equal(unmountOrder(mounts), ["/tmp/view", "/mnt/a disk\\x", "/mnt"]);
  assert.equal(unmountOrder(""), []);
});
