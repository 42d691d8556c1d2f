import { assert, test } from "../src/base/testing.ts";
import { LINE_WIDTH, wideLines } from "./line-widths.ts";

const LONG = "word ".repeat(30).trim();

test("finds the line of too wide a comment in TypeScript and C", () => {
  assert.equal(wideLines("a.ts", `const a = 1;\n// ${LONG}\n`), [2]);
  assert.equal(wideLines("a.ts", `/**\n * ${LONG}\n */\n`), [2]);
  assert.equal(wideLines("a.c", `int a; /* ${LONG} */\n`), [1]);
});

test("allows a line of exactly the width, counted in characters, not bytes", () => {
  assert.equal(wideLines("a.ts", `// ${"é".repeat(LINE_WIDTH - 3)}\n`), []);
  assert.equal(wideLines("a.ts", `// ${"é".repeat(LINE_WIDTH - 2)}\n`), [1]);
});

test("a literal past the limit excuses its line; a comment after a short literal does not", () => {
  assert.equal(wideLines("a.ts", `const a = "${LONG}";\n`), []);
  assert.equal(wideLines("a.ts", `const a = \`\n${LONG}\n\`;\n`), []);
  assert.equal(wideLines("a.ts", `const a = /${LONG}/;\n`), []);
  assert.equal(wideLines("a.ts", `const a = "b"; // ${LONG}\n`), [1]);
  assert.equal(wideLines("a.c", `char *a = "${LONG}";\n`), []);
});

test("excuses tables, code blocks and addresses in documents, but not sentences", () => {
  assert.equal(
    wideLines("a.md", `| ${LONG} |\n\n\`\`\`\n${LONG}\n\`\`\`\n\nsee https://x.y/${"z".repeat(120)}\n`),
    [],
  );
  assert.equal(wideLines("a.md", `${LONG}\n\n\`\`\`\n${LONG}\n\`\`\`\n${LONG}\n`), [1, 6]);
});
