import { dirname } from "../../base/path.ts";
import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import type { Phase } from "../../plan/plan.ts";
import { makeFolders, readText } from "../../platform/files.ts";
import { plannedStep } from "../context/planned-step.ts";
import { testContext, testPhase, testPlan, testPlatform, testStep } from "../context/test-context.ts";
import { captureOutput } from "./capture.ts";

const UPPER = "/changes/upper";
const LAYER = "/layer";
const OUTPUT = "/output";

/** A step that left `written` in its overlay, over a layer with the files `below`, and its capture. */
function scene(
  phase: Partial<Phase>,
  written: Readonly<Record<string, string>>,
  below: readonly string[] = [],
) {
  const platform = testPlatform();
  const { files } = platform;
  const put = (path: string, text: string): void => {
    makeFolders(files, dirname(path), 0o700);
    files.writeFile(path, encodeUtf8(text), 0o640);
  };
  makeFolders(files, UPPER, 0o755);
  for (const [path, text] of Object.entries(written)) put(`${UPPER}${path}`, text);
  for (const path of below) put(`${LAYER}${path}`, "below");
  const plan = testPlan([testPhase("one", [testStep("a")], { namespace: "bq2", destdir: null, ...phase })]);
  const [only] = plan.phases;
  const step = only?.steps[0];
  assert.ok(only !== undefined && step !== undefined);
  const capture = () =>
    captureOutput(
      testContext(platform, plan),
      plannedStep(only, step),
      { upper: UPPER, layers: [LAYER] },
      OUTPUT,
    );
  return { platform, files, capture };
}

test("files where the phase may write become the output, with the plan's time; scratch files do not", () => {
  const { files, capture } = scene(
    {},
    { "/usr/bin/tool": "tool", "/tmp/x": "x", "/workspace/build/a/o": "o" },
  );
  const { manifest } = capture();
  assert.equal(
    manifest.map(({ path, mode }) => [path, mode.toString(8)]),
    [
      ["", "755"],
      ["usr", "700"],
      ["usr/bin", "700"],
      ["usr/bin/tool", "640"],
    ],
  );
  assert.equal(readText(files, `${OUTPUT}/usr/bin/tool`), "tool");
  assert.equal(files.status(`${OUTPUT}/usr/bin/tool`)?.mtime, 1000);
});

test("with a DESTDIR the output begins there, and the folders above are 0755 under any umask", () => {
  const { manifest } = scene(
    { namespace: "seed", destdir: { root: "bq2", path: "/" }, writes: ["/opt/tools"] },
    { "/bq2-rootfs/opt/tools/cc": "cc" },
  ).capture();
  assert.equal(
    manifest.map(({ path, mode }) => [path, mode.toString(8)]),
    [
      ["", "755"],
      ["opt", "755"],
      ["opt/tools", "700"],
      ["opt/tools/cc", "640"],
    ],
  );
});

test("writing elsewhere, removing and replacing are refused", () => {
  const elsewhere = scene({ writes: ["/usr"] }, { "/usr/lib/a": "a", "/etc/passwd": "root" });
  assert.throws(elsewhere.capture, /Cannot keep the output of one\/a: it wrote \/etc\/passwd/);

  const removed = scene({}, { "/usr/lib/gone": "" }, ["/usr/lib/gone"]);
  removed.files.setAttribute(`${UPPER}/usr/lib/gone`, "user.overlay.whiteout", encodeUtf8("y"));
  assert.throws(removed.capture, /it removed \/usr\/lib\/gone/);

  const replaced = scene({}, { "/usr/share/doc": "new" }, ["/usr/share/old"]);
  replaced.files.setAttribute(`${UPPER}/usr/share`, "user.overlay.opaque", encodeUtf8("y"));
  assert.throws(replaced.capture, /it replaced \/usr\/share/);
});

test("a new folder that overlayfs marks opaque is no replacement, and the mark is removed", () => {
  const { files, capture } = scene({}, { "/usr/share/doc": "new" });
  files.setAttribute(`${UPPER}/usr/share`, "user.overlay.opaque", encodeUtf8("y"));
  capture();
  assert.equal([...files.attributes(`${OUTPUT}/usr/share`).keys()], []);
});
