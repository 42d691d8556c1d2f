import { assert, test } from "../base/testing.ts";
import { parseKernelOptions } from "./kernel-options.ts";
import { DEFAULT_CONSOLE_PROGRAM } from "./system.ts";

test("the kernel's own words ask nothing of process 1", () => {
  const text = "root=PARTLABEL=bq2-root rootwait=30 rw init=/sbin/init quiet console=tty0 console=ttyS0\n";
  const expected = { console: DEFAULT_CONSOLE_PROGRAM, rescueWord: undefined, unknown: [] };
  assert.equal(parseKernelOptions(text), expected);
  assert.equal(parseKernelOptions(""), expected);
});

test("the consoles' program is chosen; the last word counts", () => {
  assert.equal(parseKernelOptions("quiet bq2.console=prompt bq2.console=shell").console, "shell");
  assert.equal(parseKernelOptions("bq2.console=shell bq2.console=prompt").console, "prompt");
});

test("the rescue prompt is asked for by either word, and only by the whole word", () => {
  assert.equal(parseKernelOptions("rw bq2.rescue quiet").rescueWord, "bq2.rescue");
  assert.equal(parseKernelOptions("single").rescueWord, "single");
  assert.equal(parseKernelOptions("x=single singles").rescueWord, undefined);
});

test("words of ours that mean nothing are told", () => {
  assert.equal(parseKernelOptions("bq2.console=sh bq2.rescu toString bq2.console=toString").unknown, [
    "bq2.console=sh",
    "bq2.console=toString",
    "bq2.rescu",
  ]);
});
