import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { memoryLimit } from "./memory.ts";

test("the limit is three quarters of the available memory", () => {
  const { files } = memoryPlatform();
  assert.equal(memoryLimit(files), undefined);
  files.makeFolder("/proc");
  files.writeFile(
    "/proc/meminfo",
    encodeUtf8("MemTotal:  4000 kB\nMemFree: 100 kB\nMemAvailable:   2000 kB\n"),
  );
  assert.equal(memoryLimit(files), 1_536_000);
});
