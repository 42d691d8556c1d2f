import { assert, test } from "../base/testing.ts";
import { parseKernelOptions } from "./kernel-options.ts";
import { DEFAULT_CONSOLE_PROGRAM } from "./system.ts";

test("the kernel's own options are ignored", () => {
  const text = "root=PARTLABEL=bq2-root rootwait=30 rw init=/sbin/init quiet console=tty0 console=ttyS0\n";
  const expected = { console: DEFAULT_CONSOLE_PROGRAM, rescueWord: undefined, unknown: [] };
  assert.equal(parseKernelOptions(text), expected);
  assert.equal(parseKernelOptions(""), expected);
});

test("the consoles' program is chosen; the last word counts", () => {
  assert.equal(parseKernelOptions("quiet bq2.console=prompt bq2.console=shell").console, "shell");
  assert.equal(parseKernelOptions("bq2.console=shell bq2.console=prompt").console, "prompt");
});

test("either whole word requests the rescue prompt", () => {
  assert.equal(parseKernelOptions("rw bq2.rescue quiet").rescueWord, "bq2.rescue");
  assert.equal(parseKernelOptions("single").rescueWord, "single");
  assert.equal(parseKernelOptions("x=single singles").rescueWord, undefined);
});

test("unknown words with our prefix are listed", () => {
  assert.equal(parseKernelOptions("bq2.console=sh bq2.rescu toString bq2.console=toString").unknown, [
    "bq2.console=sh",
    "bq2.console=toString",
    "bq2.rescu",
  ]);
});
