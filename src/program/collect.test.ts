import { assert, test } from "../base/testing.ts";
import { collectModules, type ModuleReader } from "./collect.ts";

const FILES: { readonly [path: string]: string } = {
  "src/main.ts": 'import "./a.ts"; import pkg from "pkg"; import("../b.ts"); import "bq2:native"; // :type',
  "src/a.ts": 'import "./main.ts";',
  "b.ts": 'import ts from "typescript";',
  "packages/pkg/dist/index.js": 'import "./part.js"; export default 1;',
  "packages/pkg/dist/part.js": "",
  "packages/typescript/ts.js": 'var ts = "not looked into";',
};

const from: ModuleReader = {
  read(path) {
    const text = FILES[path];
    if (text === undefined) throw new Error(`no file ${path}`);
    return text;
  },
  blank: (source) => source.replace(" // :type", ""),
  importsOf: (text) => [...text.matchAll(/(?:from|import)\s*\(?"([^"]+)"/g)].map((match) => match[1] ?? ""),
  packageEntry: (name) => (name === "pkg" ? "packages/pkg/dist/index.js" : "packages/typescript/ts.js"),
};

test("imports are followed, modules are collected once, TypeScript is blanked", () => {
  const modules = collectModules(from, ["src/main.ts"], { main: true, external: [] });
  const names = modules.map(({ name }) => name).sort();
  assert.equal(names, [
    "b.ts",
    "main",
    "packages/pkg/dist/index.js",
    "packages/pkg/dist/part.js",
    "pkg",
    "src/a.ts",
    "src/main.ts",
    "typescript",
  ]);
  const textOf = (name: string) => modules.find((module) => module.name === name)?.javaScript ?? "";
  assert.equal(textOf("main"), 'import "./src/main.ts";\n');
  assert.match(textOf("pkg"), /export \* from "\.\/packages\/pkg\/dist\/index\.js";\nexport \{ default \}/);
  assert.match(textOf("typescript"), /export default ts;/);
  assert.ok(!textOf("src/main.ts").includes(":type"));
});

test("packages from another program file are left out", () => {
  const modules = collectModules(from, ["src/main.ts"], { main: true, external: ["typescript", "pkg"] });
  assert.equal(modules.map(({ name }) => name).sort(), ["b.ts", "main", "src/a.ts", "src/main.ts"]);
});

test("a package can be an entry", () => {
  const names = collectModules(from, ["typescript"], { main: false, external: [] }).map(({ name }) => name);
  assert.equal(names, ["typescript"]);
});

test("importing a missing file is an error", () => {
  const broken = {
    ...from,
    read: (path: string) => (path.endsWith("a.ts") ? 'import "./none.ts"' : from.read(path)),
  };
  assert.throws(
    () => collectModules(broken, ["src/main.ts"], { main: true, external: [] }),
    /no file src\/none\.ts/,
  );
});
