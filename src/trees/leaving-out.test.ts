import { assert, test } from "../base/testing.ts";
import { leavingOut } from "./leaving-out.ts";

test("leaves out folders and their contents, except files of some names", () => {
  const rename = leavingOut({ folders: ["Documentation", "arch/arm"], except: ["Kconfig"] });
  const paths = [
    "Documentation",
    "Documentation/process/howto.rst",
    "Documentation/Kconfig",
    "Documentation.txt",
    "arch/arm",
    "arch/arm/kernel/head.S",
    "arch/arm64/kernel/head.S",
    "lib/Documentation/a",
    "",
  ];
  const kept = [
    "Documentation/Kconfig",
    "Documentation.txt",
    "arch/arm64/kernel/head.S",
    "lib/Documentation/a",
    "",
  ];
  assert.equal(
    paths.filter((path) => rename(path) !== undefined),
    kept,
  );
  assert.equal(kept.map(rename), kept);
});
