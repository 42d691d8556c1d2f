/** Commands that cannot write their output. */
import { join } from "node:path";
import { testNoOutputAtAll, testOutputs } from "../outputs.ts";
import { projectFolder } from "./bq2.ts";

const bq2 = join(projectFolder, "bin/bq2");

for (const args of [[], ["--help"], ["--version"], ["image", "--help"], ["sources", "list"]])
  testOutputs(["bq2", ...args].join(" "), [bq2, ...args], "bq2", 1);
testNoOutputAtAll([bq2, "--help"]);
