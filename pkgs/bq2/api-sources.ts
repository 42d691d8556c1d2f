/**
 * The modules behind `import … from "bq2"`: the module itself and everything it imports. They are installed
 * as TypeScript, so that programs can be type-checked against them.
 */
export const API_SOURCES: readonly string[] = [
  "src/base/arch-facts.ts",
  "src/base/bytes.ts",
  "src/base/error.ts",
  "src/base/text.ts",
  "src/base/words.ts",
  "src/platform/linux-abi.ts",
  "src/platform/platform.ts",
  "src/script/api.ts",
  "src/script/shell.ts",
];
