import { canonicalJson } from "../../base/json.ts";
import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { STEP_DESCRIPTORS } from "../../linux/step-descriptors.ts";
import { pipeKernel } from "../../linux/test-pipes.ts";
import { makeFolders, readText } from "../../platform/files.ts";
import { memoryPlatform } from "../../platform/memory/platform.ts";
import type { Kernel } from "../../platform/platform.ts";
import { runInside } from "./inside.ts";
import type { ResolvedAction, StepResult } from "./request.ts";

const REQUEST = "/request.json";
const RESULT = "/result.json";

/** Mounts and other calls succeed without effect, so the tests' paths are the view's. */
function willingKernel(): Kernel {
  const pipes = pipeKernel();
  return {
    ...pipes,
    syscall(number, ...args) {
      const result = pipes.syscall(number, ...args);
      return result === pipes.syscall(-1) ? 0 : result; // success for calls that it does not know
    },
  };
}

async function run(actions: readonly ResolvedAction[], folder = "/mount") {
  const platform = memoryPlatform({ kernel: willingKernel() });
  const { files } = platform;
  makeFolders(files, "/proc/self");
  files.writeFile("/proc/self/stat", encodeUtf8(`1 (bq2) S${" 100".repeat(50)}`)); // proc_pid_stat(5)
  files.makeFolder("/mount", 0o755);
  files.makeFolder("/root-folder", 0o755);
  files.writeFile(
    REQUEST,
    encodeUtf8(
      canonicalJson({
        view: {
          root: { kind: "folder", path: "/root-folder" },
          mountPoint: folder,
          binds: [],
          hostname: "bq2",
          sys: false,
        },
        actions,
      }),
    ),
  );
  assert.equal(files.open(RESULT, "write"), STEP_DESCRIPTORS.result);
  const code = await runInside(platform, REQUEST);
  return { platform, code, result: JSON.parse(readText(files, RESULT)) as StepResult };
}

test("the inside half carries out the actions in order, and reports success", async () => {
  const { platform, code, result } = await run([
    { kind: "make-folder", path: "/made", mode: "0750" },
    { kind: "write-file", path: "/made/file", mode: "0644", text: "words\n" },
    { kind: "symlink", path: "/made/link", target: "file" },
  ]);
  assert.equal([code, result.message, result.failedAction], [0, null, null]);
  assert.equal(readText(platform.files, "/made/link"), "words\n");
  assert.match(platform.written.out, /^\+ make-folder path=\/made mode=0750\n\+ write-file /);
});

test("a patch action contains the patch's text", async () => {
  const text = "--- a/file\n+++ b/file\n@@ -1 +1 @@\n-old\n+new\n";
  const { platform, result } = await run([
    { kind: "write-file", path: "/src/file", mode: "0644", text: "old\n" },
    { kind: "patch", folder: "/src", file: "pkgs/x/new.patch", sha256: "0".repeat(64), text },
  ]);
  assert.equal(result.message, null);
  assert.equal(readText(platform.files, "/src/file"), "new\n");
});

test("the first action that fails ends the step; the result has its position, message and hint", async () => {
  const { platform, code, result } = await run([
    { kind: "make-folder", path: "/made", mode: "0755" },
    { kind: "remove", path: "/missing" },
    { kind: "make-folder", path: "/never", mode: "0755" },
  ]);
  assert.equal([code, result.failedAction], [1, 1]);
  assert.match(result.message ?? "", /Cannot remove \/missing/);
  assert.match(result.hint ?? "", /recipe/);
  assert.equal(platform.files.status("/never"), undefined);
});

test("a failure to build the view names no action", async () => {
  const { result } = await run([{ kind: "make-folder", path: "/made", mode: "0755" }], "/no/such/folder");
  assert.equal(result.failedAction, null);
  assert.ok(result.message !== null);
});
