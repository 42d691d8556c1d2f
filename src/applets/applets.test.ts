import { assert, test } from "../base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import type { Network } from "../platform/network.ts";
import { type Applet, runApplet } from "./applet.ts";
import { readOptions } from "./options.ts";
import { parseLine } from "./sha256sum/sha256sum.ts";
import { APPLETS, findApplet } from "./table.ts";
import { excluder, quoteName } from "./tar/names.ts";

const TABLE = { create: "c", file: "f:", "file-list": "", strip: ":" } as const;

function read(...args: string[]): string {
  const items = readOptions(TABLE, args);
  return items
    .map((item) => (item.kind === "operand" ? item.value : `${item.name}(${item.value})`))
    .join(" ");
}

test("options are read in every usual form", () => {
  assert.equal(read("-cf", "x", "y"), "create() file(x) y");
  assert.equal(read("-fx", "-c", "-"), "file(x) create() -");
  assert.equal(read("a", "--file=b=c", "--file", "d", "--str=1"), "a file(b=c) file(d) strip(1)");
  assert.equal(read("-c", "--", "-f", "--x"), "create() -f --x");
  assert.equal(read("--file-l"), "file-list()");
  const bad: [string[], RegExp][] = [
    [["-x"], /invalid option -- 'x'/],
    [["--nope"], /unrecognized option '--nope'/],
    [["--create=1"], /doesn't allow an argument/],
    [["-f"], /'-f' requires an argument/],
    [["--strip"], /'--strip' requires an argument/],
    [["--fil"], /ambiguous/],
  ];
  for (const [args, pattern] of bad) assert.throws(() => read(...args), pattern);
});

test("names are shown with escapes, and excluded by patterns", () => {
  assert.equal(quoteName("plain ä"), "plain ä");
  assert.equal(quoteName("a\nb\\\x01\udcff"), "a\\nb\\\\\\001\\377");
  const isExcluded = excluder(["*.o", "./top", "d[!0-9]", "ä?"]);
  const wanted = {
    "a.o": true,
    "x/y.o": true,
    "a.o/b": true,
    "a.ox": false,
    "./top/x": true,
    da: true,
    d1: false,
    äb: true,
  };
  for (const [path, answer] of Object.entries(wanted)) assert.equal(isExcluded(path), answer, path);
  assert.ok(!excluder([])("x"));
});

test("lines with digests are parsed", () => {
  const digest = "0a".repeat(32);
  assert.equal(parseLine(`${digest}  a b`), { digest, file: "a b" });
  assert.equal(parseLine(`${digest.toUpperCase()} *a`), { digest, file: "a" });
  assert.equal(parseLine(`SHA256 (a) = ${digest}`), { digest, file: "a" });
  assert.equal(parseLine(`\\${digest}  a\\nb\\\\`), { digest, file: "a\nb\\" });
  assert.equal(parseLine(`\\${digest}  a\\x`), undefined);
  assert.equal(parseLine(`${digest} a`), undefined);
});

const NO_NETWORK: Network = {
  connect: () => Promise.reject(new Error("no network")),
  ask: async () => undefined,
};

test("every tool has a help text and refuses unknown options; unknown names find no tool", async () => {
  const platform = memoryPlatform();
  for (const [name, load] of Object.entries(APPLETS)) {
    const applet = await load();
    platform.files.writeFile("/out", new Uint8Array());
    const stdout = platform.files.open("/out", "write");
    const context = { platform, network: NO_NETWORK, stdin: stdout, stdout };
    assert.equal(await runApplet(name, applet, context, ["--help"]), 0);
    platform.files.close(stdout);
    assert.match(decodeUtf8(platform.files.readFile("/out")), new RegExp(`^Usage: ${name}[^]*\\n$`));
    assert.equal(await runApplet(name, applet, context, ["--bogus"]), applet.failureCode);
    assert.match(platform.written.error, new RegExp(`${name}: unrecognized option '--bogus'\\nTry`));
  }
  const context = () => Promise.reject(new Error("not wanted"));
  for (const name of ["", "ls", "constructor"])
    assert.equal(await findApplet(APPLETS, name, context), undefined);
});

test("an entry in the table makes a tool that runs by its name", async () => {
  const platform = memoryPlatform();
  const echo: Applet = {
    usage: "Usage: echo WORD…\n",
    failureCode: 1,
    run: async (context, args) => {
      context.platform.host.writeOut(`${args.join(" ")}\n`);
      return 0;
    },
  };
  const table = { ...APPLETS, echo: async () => echo };
  const context = async () => ({ platform, network: NO_NETWORK, stdin: -1, stdout: -1 });
  const run = await findApplet(table, "echo", context);
  assert.equal(await run?.(["a", "b"]), 0);
  assert.equal(platform.written.out, "a b\n");
});

test("a full disk ends tar with an error and leaves the rest of the tree unchanged", async () => {
  const platform = memoryPlatform({ capacity: 100_000 });
  platform.files.writeFile("/big", encodeUtf8("x".repeat(60_000)));
  const applet = await APPLETS.tar();
  const context = { platform, network: NO_NETWORK, stdin: -1, stdout: -1 };
  assert.equal(await runApplet("tar", applet, context, ["cf", "/big.tar", "big"]), 2);
  assert.match(platform.written.error, /^tar: .*no space left on the disk/);
  assert.equal(platform.files.status("/big")?.size, 60_000);
});
