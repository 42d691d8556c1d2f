import { assert, test } from "../base/testing.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { makeShell } from "./shell.ts";

function shellWithEcho() {
  const platform = memoryPlatform();
  platform.programs.set("echo", ({ argv, out, error, cwd, env }) => {
    out(JSON.stringify(argv.slice(1)));
    error(`${cwd} ${env.NAME}`);
    return 3;
  });
  return makeShell(platform, () => ({ cwd: "/", env: { NAME: "value" } }));
}

test("standard output, standard error and the exit code are returned", async () => {
  const $ = shellWithEcho();
  assert.equal(await $("echo", "a b", "c"), { stdout: '["a b","c"]', stderr: "/ value", code: 3 });
});

test("an inserted value stays one word, an array becomes several", async () => {
  const $ = shellWithEcho();
  const words = async (output: Promise<{ readonly stdout: string }>) => JSON.parse((await output).stdout);
  assert.equal(await words($`echo -n "x y" ${"a 'b"} --to=${5}/z`), ["-n", "x y", "a 'b", "--to=5/z"]);
  assert.equal(await words($`echo ${["1 2", "3"]} ${""} end`), ["1 2", "3", "", "end"]);
});

test("a missing program is an error", async () => {
  await assert.rejects(() => shellWithEcho()("none"), /Cannot start none/);
});

test("a signal becomes an exit code as in shells", async () => {
  const platform = memoryPlatform();
  platform.programs.set("wait", ({ killed }) => killed.then(() => 0));
  const spawn = platform.processes.spawn;
  platform.processes.spawn = async (options) => {
    const child = await spawn(options);
    child.kill("SIGTERM");
    return child;
  };
  const { code } = await makeShell(platform, () => ({ cwd: "/", env: {} }))("wait");
  assert.equal(code, 143);
});
