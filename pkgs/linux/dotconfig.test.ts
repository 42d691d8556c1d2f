import { assert, test } from "../../src/base/testing.ts";
import { kernelOptions } from "./config.ts";
import { checkConfig, dotConfigOf, readDotConfig } from "./dotconfig.ts";

const asked = [
  { option: "EXT4_FS", value: "y" },
  { option: "64BIT", value: "y" },
  { option: "CMDLINE", value: '"root=PARTLABEL=bq2-root console=ttyS0"' },
  { option: "SWAP", value: "n" },
];

test("the text that is asked for passes its own check", () => {
  assert.equal(
    dotConfigOf(asked),
    'CONFIG_EXT4_FS=y\nCONFIG_64BIT=y\nCONFIG_CMDLINE="root=PARTLABEL=bq2-root console=ttyS0"\n# CONFIG_SWAP is not set\n',
  );
  assert.equal(checkConfig(asked, dotConfigOf(asked)), []);
});

test("an option that was dropped, changed or never known is named", () => {
  const text = '# CONFIG_EXT4_FS is not set\nCONFIG_64BIT=y\nCONFIG_CMDLINE=""\n';
  assert.equal(checkConfig(asked, text), [
    "CONFIG_EXT4_FS: asked for y, found n",
    'CONFIG_CMDLINE: asked for "root=PARTLABEL=bq2-root console=ttyS0", found ""',
    "CONFIG_SWAP: asked for n, found nothing: unknown, or hidden by another option",
  ]);
});

test("an option that is asked for twice is named", () => {
  const once = { option: "EXT4_FS", value: "y" };
  assert.equal(checkConfig([once, once], "CONFIG_EXT4_FS=y\n"), ["CONFIG_EXT4_FS: asked for twice, y and y"]);
});

test("a .config is read with its comments, and empty strings stay", () => {
  const values = readDotConfig(
    '#\n# General setup\n#\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=""\nCONFIG_D=64\n',
  );
  assert.equal(
    [...values],
    [
      ["A", "y"],
      ["B", "n"],
      ["C", '""'],
      ["D", "64"],
    ],
  );
});

test("the kernel's options are asked for once each, with a reason", () => {
  for (const arch of ["x86_64", "aarch64"] as const) {
    const options = kernelOptions(arch);
    assert.equal(checkConfig(options, dotConfigOf(options)), [], arch);
    for (const { option, why } of options) assert.ok(why.length > 2, `CONFIG_${option} has no reason`);
  }
});
