/** Commands on QuickJS whose output cannot be written. */
import { inject } from "vitest";
import { testNoOutputAtAll, testOutputs } from "../outputs.ts";

const { bq2 } = inject("built");

for (const args of [[], ["--help"], ["--version"], ["image", "--help"]])
  testOutputs(["bq2", ...args].join(" "), [bq2, ...args], "bq2", 1);
// These have the exit codes of the usual tools.
testOutputs("sha256sum", [bq2, "sha256sum", "/bin/sh"], "sha256sum", 1);
testOutputs("tar", [bq2, "tar", "--create", "--directory=/bin", "sh"], "tar", 2);
testNoOutputAtAll([bq2, "--help"]);
