import { assert, test } from "../base/testing.ts";
import { kconfigProblems } from "./kconfig.ts";

const DOT_CONFIG = '# a comment\nCONFIG_EXT4_FS=y\n# CONFIG_SWAP is not set\nCONFIG_CMDLINE="rw quiet"\n';

test("options as asked are no problem", () => {
  const asked = [
    { option: "EXT4_FS", value: "y" },
    { option: "SWAP", value: "n" },
    { option: "NOT_EVEN_KNOWN", value: "n" },
    { option: "CMDLINE", value: '"rw quiet"' },
  ];
  assert.equal(kconfigProblems(asked, DOT_CONFIG), []);
});

test("an option that did not survive is named with both values", () => {
  const asked = [
    { option: "EXT4_FS", value: "n" },
    { option: "OVERLAY_FS", value: "y" },
  ];
  assert.equal(kconfigProblems(asked, DOT_CONFIG), [
    "CONFIG_EXT4_FS: asked n, got y",
    "CONFIG_OVERLAY_FS: asked y, got n",
  ]);
});
