import { ARCH_NAMES } from "../../src/base/arch.ts";
import { assert, test } from "../../src/base/testing.ts";
import { kconfigProblems, kconfigText } from "../../src/recipe/kconfig.ts";
import { kernelOptions } from "./config.ts";

test("each option of the kernel is listed once, with a reason", () => {
  for (const arch of ARCH_NAMES) {
    const options = kernelOptions(arch);
    assert.equal(kconfigProblems(options, kconfigText(options)), [], arch);
    for (const { option, why } of options) assert.ok(why.length > 2, `CONFIG_${option} has no reason`);
  }
});
