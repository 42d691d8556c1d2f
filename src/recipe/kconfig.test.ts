import { assert, test } from "../base/testing.ts";
import { kconfigProblems, kconfigText, parseKconfig } from "./kconfig.ts";

const asked = [
  { option: "EXT4_FS", value: "y" },
  { option: "64BIT", value: "y" },
  { option: "CMDLINE", value: '"root=PARTLABEL=bq2-root console=ttyS0"' },
  { option: "SWAP", value: "n" },
];

test("the text that is written passes the check", () => {
  assert.equal(
    kconfigText(asked),
    'CONFIG_EXT4_FS=y\nCONFIG_64BIT=y\nCONFIG_CMDLINE="root=PARTLABEL=bq2-root console=ttyS0"\n# CONFIG_SWAP is not set\n',
  );
  assert.equal(kconfigProblems(asked, kconfigText(asked)), []);
});

test("an option that was dropped, changed or is unknown is named", () => {
  const text = '# CONFIG_EXT4_FS is not set\nCONFIG_64BIT=y\nCONFIG_CMDLINE=""\n';
  assert.equal(kconfigProblems(asked, text), [
    "CONFIG_EXT4_FS: asked for y, found n",
    'CONFIG_CMDLINE: asked for "root=PARTLABEL=bq2-root console=ttyS0", found ""',
    "CONFIG_SWAP: asked for n, found nothing: unknown, or hidden by another option",
  ]);
});

test("an option that is asked for twice is named", () => {
  const once = { option: "EXT4_FS", value: "y" };
  assert.equal(kconfigProblems([once, once], "CONFIG_EXT4_FS=y\n"), [
    "CONFIG_EXT4_FS: asked for twice, y and y",
  ]);
});

test("comments in a .config are understood, and empty strings stay empty strings", () => {
  const values = parseKconfig(
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
