/** The contract of {@link Processes}, by programs of any system: cat, env, false, pwd, sleep, true, xargs. */
import { collectBytes, equalBytes } from "../../base/bytes.ts";
import { assert } from "../../base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../../base/text.ts";
import type { Child, SpawnOptions } from "../platform.ts";
import type { ContractOptions, InFolder } from "./words.ts";

const MEBIBYTE = 1 << 20;

type Start = (argv: readonly string[], options?: Partial<SpawnOptions>) => Promise<Child>;

export function processContract({ platform, raise }: ContractOptions, inFolder: InFolder): void {
  const start: Start = (argv, options = {}) =>
    platform.processes.spawn({
      argv,
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      ...options,
    });
  endTests(start, inFolder);
  pipeTests(start, inFolder, platform.files);
  descriptorTests(start, inFolder, platform.files);

  inFolder("a handled signal does not end the process, until its handler is removed", async () => {
    const seen: string[] = [];
    const undo = platform.processes.onSignal(["SIGUSR1", "SIGUSR2"], (signal) => seen.push(signal));
    for (const signal of ["SIGUSR2", "SIGUSR1"]) {
      const before = seen.length;
      raise(signal);
      while (seen.length === before) await platform.clock.sleep(0.01);
    }
    undo();
    assert.equal(seen, ["SIGUSR2", "SIGUSR1"]);
  });
  inFolder("find searches a path", (folder) => {
    assert.match(platform.processes.find("cat", "/nowhere::/usr/bin:/bin") ?? "", /^\/.*\/cat$/);
    assert.equal(platform.processes.find("no-such-program", "/usr/bin:/bin"), undefined);
    platform.files.writeFile(`${folder}/plain`, new Uint8Array(), 0o644);
    platform.files.makeFolder(`${folder}/folder`, 0o755);
    for (const name of ["plain", "folder"]) assert.equal(platform.processes.find(name, folder), undefined);
  });
}

function endTests(start: Start, inFolder: InFolder): void {
  inFolder("children end with a code or a signal", async () => {
    assert.equal(await (await start(["true"])).wait(), { code: 0 });
    assert.equal(await (await start(["false"])).wait(), { code: 1 });
    for (const signal of ["SIGTERM", "SIGKILL"]) {
      const child = await start(["sleep", "1000"]);
      child.kill(signal);
      assert.equal(await child.wait(), { signal });
      child.kill(signal); // too late, which is no error
      assert.equal(await child.wait(), { signal });
    }
  });
  inFolder("spawn reports a missing program or folder", async (folder) => {
    const error = await assert.rejects(() => start(["no-such-program"]), /no-such-program/);
    assert.equal((error as Error & { readonly code?: unknown }).code, "ENOENT");
    await assert.rejects(() => start(["true"], { cwd: `${folder}/absent` }), /absent/);
    await assert.rejects(() => start([]), /argv is empty/);
  });
  inFolder("killGroup reaches the children of a child", async () => {
    const child = await start(["xargs", "-n1", "sleep"], { stdin: "pipe", ownGroup: true });
    await child.write(encodeUtf8("1000\n"));
    child.closeInput();
    child.killGroup("SIGKILL");
    assert.equal(await child.wait(), { signal: "SIGKILL" });
    await collectBytes(child.stdout); // ends when no process has the pipe open any more
  });
  inFolder("many children at once", async () => {
    const children = await Promise.all(Array.from({ length: 40 }, () => start(["cat"], { stdin: "pipe" })));
    const texts = await Promise.all(
      children.map(async (child, i) => {
        await child.write(encodeUtf8(String(i)));
        child.closeInput();
        const text = decodeUtf8(await collectBytes(child.stdout));
        assert.equal(await child.wait(), { code: 0 });
        return text;
      }),
    );
    assert.equal(
      texts,
      Array.from({ length: 40 }, (_, i) => String(i)),
    );
  });
}

function pipeTests(start: Start, inFolder: InFolder, files: ContractOptions["platform"]["files"]): void {
  inFolder("a megabyte goes through pipes both ways", async () => {
    const bytes = Uint8Array.from({ length: MEBIBYTE }, (_, i) => (i * 31) & 255);
    const child = await start(["cat"], { stdin: "pipe" });
    const output = collectBytes(child.stdout);
    await child.write(bytes);
    child.closeInput();
    assert.ok(equalBytes(await output, bytes), "the output equals the input");
    assert.equal(await child.wait(), { code: 0 });
  });
  inFolder("output is kept for its reader, also after the child's end", async () => {
    const child = await start(["env"], { env: { PATH: "/usr/bin:/bin", WORD: "kept" } });
    assert.equal(await child.wait(), { code: 0 });
    assert.match(decodeUtf8(await collectBytes(child.stdout)), /WORD=kept\n/);
  });
  inFolder("a child gets the given environment and folder, nothing more", async (folder) => {
    const env = await start(["env"], { env: { PATH: "/usr/bin:/bin", A: "é\n=" } });
    const lines = decodeUtf8(await collectBytes(env.stdout));
    assert.equal(lines, "PATH=/usr/bin:/bin\nA=é\n=\n");
    const pwd = await start(["pwd"], { cwd: folder, env: { PATH: "/usr/bin:/bin" } });
    assert.equal(decodeUtf8(await collectBytes(pwd.stdout)), `${files.realPath(folder)}\n`);
  });
  inFolder("error messages arrive on standard error", async () => {
    const child = await start(["cat", "/no/such/file"]);
    const [out, error] = await Promise.all([collectBytes(child.stdout), collectBytes(child.stderr)]);
    assert.equal(out.length, 0);
    assert.match(decodeUtf8(error), /No such file/);
    assert.equal(await child.wait(), { code: 1 });
  });
  inFolder("writing to a child that has ended fails without ending the parent", async () => {
    const child = await start(["true"], { stdin: "pipe" });
    await child.wait();
    const error = await assert.rejects(async () => {
      for (let i = 0; i < 8; i++) await child.write(new Uint8Array(MEBIBYTE));
    });
    assert.equal((error as Error & { readonly code?: unknown }).code, "EPIPE");
  });
}

function descriptorTests(
  start: Start,
  inFolder: InFolder,
  files: ContractOptions["platform"]["files"],
): void {
  inFolder("streams can be open files, and extra descriptors follow them", async (folder) => {
    for (const name of ["in", "third"]) files.writeFile(`${folder}/${name}`, encodeUtf8(`${name}\n`));
    const [input, third] = ["in", "third"].map((name) => files.open(`${folder}/${name}`, "read"));
    const output = files.open(`${folder}/out`, "write");
    if (input === undefined || third === undefined) return;
    const copy = await start(["cat"], { stdin: { fd: input }, stdout: { fd: output } });
    assert.equal(await copy.wait(), { code: 0 });
    const more = await start(["cat", "/dev/fd/3"], { stdout: { fd: output }, extraFds: [third] });
    assert.equal(await more.wait(), { code: 0 });
    for (const fd of [input, third, output]) files.close(fd); // they are still open here
    assert.equal(decodeUtf8(files.readFile(`${folder}/out`)), "in\nthird\n");
  });
  inFolder("ignored streams give no output", async () => {
    const child = await start(["cat", "/no/such/file"], { stdout: "ignore", stderr: "ignore" });
    assert.equal((await collectBytes(child.stdout)).length, 0);
    assert.equal((await collectBytes(child.stderr)).length, 0);
    assert.equal(await child.wait(), { code: 1 });
  });
}
