import { Bq2Error } from "../../base/error.ts";
import { assert, test } from "../../base/testing.ts";
import { parsePackageText } from "./file.ts";

test("variables that double each other end with an error before memory runs out", () => {
  const lines = Array.from({ length: 60 }, (_, i) => `v${i + 1}=\${v${i}}\${v${i}}`);
  const text = ["v0=x", ...lines, "Cflags: x"].join("\n");
  const error = assert.throws(() => parsePackageText(text, "/", { variables: new Map(), sysroot: "" }));
  assert.ok(error instanceof Bq2Error);
  assert.match(error.message, /longer than 1048576 characters/);
});
