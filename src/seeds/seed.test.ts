import { seedOfRelease } from "../base/seed-name.ts";
import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { defaultSeedName } from "./seed.ts";

test("where no seed is named: Debian where apt is, else the machine itself, by its release where it is one of ours", () => {
  const platform = memoryPlatform();
  assert.equal(defaultSeedName(platform), "host");
  platform.programs.set("apt-get", () => 0);
  assert.equal(defaultSeedName(platform), "debian-12");
  platform.files.writeFile("/.bq2-rootfs", encodeUtf8("1.2.3\n"));
  assert.equal(defaultSeedName(platform), seedOfRelease("1.2.3"));
});
