import { seedOfRelease } from "../base/seed-name.ts";
import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { defaultSeedName } from "./seed.ts";

test("the default seed: a system of ours by its release, else Debian if there is apt, else host", () => {
  const platform = memoryPlatform();
  assert.equal(defaultSeedName(platform), "host");
  platform.programs.set("apt-get", () => 0);
  assert.equal(defaultSeedName(platform), "debian-12");
  platform.files.writeFile("/.bq2-rootfs", encodeUtf8("1.2.3\n"));
  assert.equal(defaultSeedName(platform), seedOfRelease("1.2.3"));
});
