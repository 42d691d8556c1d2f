import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { processorSeconds } from "./processor-time.ts";

test("the process's and its children's times are added, whatever the program's name", () => {
  const platform = memoryPlatform();
  platform.files.makeFolder("/proc");
  platform.files.makeFolder("/proc/self");
  // The fields of proc_pid_stat(5) from `pid (comm) state ppid …` on; utime is the 14th.
  const stat = "7 (a) b (c) S 1 7 7 0 -1 0 10 20 30 40 150 50 1000 25 20 0 1 0";
  platform.files.writeFile("/proc/self/stat", encodeUtf8(stat));
  assert.equal(processorSeconds(platform), 12.25);
});
