import { assert, test } from "../base/testing.ts";
import { COMMANDS } from "../commands.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { availableCommands, runCommand } from "./app.ts";
import { type CommandTable, defineCommand } from "./command.ts";
import { openContext } from "./context.ts";
import { installLinks } from "./install.ts";

const WITHOUT_ENGINE = { engine: undefined };

function contextOf(platform: ReturnType<typeof memoryPlatform>) {
  return openContext({
    platform,
    program: "/opt/bq2/bin/bq2",
    projectFolder: "/opt/bq2",
    fetcher: { get: () => Promise.reject(new Error("no network")), close: async () => {} },
    archives: undefined,
    loaderFolder: "/loaders",
    evaluate: undefined,
    engine: undefined,
  });
}

const greet = defineCommand<{ readonly loud: boolean }, [string]>({
  parameters: {
    flags: { loud: { kind: "boolean", default: false, brief: "Shout" } },
    positional: { kind: "tuple", parameters: [{ parse: String, brief: "Whom", placeholder: "NAME" }] },
  },
  func({ loud }, name) {
    this.process.stdout.write(`Hello ${name}${loud ? "!" : "."}\n`);
    this.setExitCode(3);
  },
});

const EXTENDED: CommandTable = {
  ...COMMANDS,
  greet: { brief: "Say hello", load: async () => ({ command: greet }) },
};

test("one entry of the table puts a command into the help, the links and the program", async () => {
  const platform = memoryPlatform();
  const commands = availableCommands(EXTENDED, WITHOUT_ENGINE);
  assert.equal(await runCommand(commands, ["--help"], contextOf(platform)), 0);
  assert.match(platform.written.out, /^ {2}greet +Say hello$/m);
  for (const name of Object.keys(commands))
    assert.match(platform.written.out, new RegExp(`^  ${name} `, "m"));
  assert.equal(await runCommand(commands, ["greet", "--loud", "Ada"], contextOf(platform)), 3);
  assert.match(platform.written.out, /\nHello Ada!\n$/);
  platform.files.makeFolder("/opt", 0o755);
  platform.files.makeFolder("/opt/bq2", 0o755);
  platform.files.makeFolder("/opt/bq2/bin", 0o755);
  const links = installLinks(platform, "/opt/bq2/bin/bq2", "/opt/bq2/bin", Object.keys(commands));
  assert.ok(links.includes("/opt/bq2/bin/greet"));
  assert.equal(platform.files.readLink("/opt/bq2/bin/greet"), "bq2");
});

test("a command's own help and a mistyped name use the table's entry", async () => {
  const platform = memoryPlatform();
  assert.equal(await runCommand(EXTENDED, ["greet", "--help"], contextOf(platform)), 0);
  assert.match(platform.written.out, /^USAGE\n {2}bq2 greet .*NAME[\s\S]*\nSay hello\n/);
  assert.equal(await runCommand(EXTENDED, ["great"], contextOf(platform)), 2);
  assert.match(platform.written.error, /No command registered for `great`, did you mean `greet`\?/);
});

test("the help loads no command, and running one loads no other", async () => {
  const loaded: string[] = [];
  const table: CommandTable = Object.fromEntries(
    ["one", "two"].map((name) => [
      name,
      {
        brief: name,
        async load() {
          loaded.push(name);
          return { command: greet };
        },
      },
    ]),
  );
  await runCommand(table, ["--help"], contextOf(memoryPlatform()));
  assert.equal(loaded, []);
  await runCommand(table, ["two", "Ada"], contextOf(memoryPlatform()));
  assert.equal(loaded, ["two"]);
});

test("commands that compile are absent without an engine that can", async () => {
  const names = Object.keys(availableCommands(COMMANDS, WITHOUT_ENGINE));
  for (const name of ["run", "check", "prompt", "program"]) {
    assert.ok(!names.includes(name), name);
    assert.equal(COMMANDS[name]?.needsEngine, true);
  }
  assert.ok(names.includes("efi-app-builder")); // on Node it calls the bq2 of the built rootfs
});
