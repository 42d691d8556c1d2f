import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { type JobTokens, jobTokens, makeJobPipe } from "../../linux/job-tokens.ts";
import { pipeKernel } from "../../linux/test-pipes.ts";
import { SHARED_JOBS } from "../../plan/action.ts";
import { readText } from "../../platform/files.ts";
import { type MemoryPlatform, memoryPlatform } from "../../platform/memory/platform.ts";
import { execute } from "./executors.ts";

/** A machine whose compiler takes `turns(source)` turns, with `jobs` free jobs besides the step's own. */
function scene(jobs: number, turns: (source: string) => number, fails = "") {
  const platform = memoryPlatform({ kernel: pipeKernel() });
  const descriptors = makeJobPipe(platform);
  const tokens = jobTokens(platform, descriptors);
  for (let job = 0; job < jobs; job++) tokens.give();
  const seen = { compiled: [] as string[], now: 0, most: 0 };
  platform.programs.set("cc", async ({ argv }) => {
    const source = argv[2] ?? "";
    seen.now++;
    seen.most = Math.max(seen.most, seen.now);
    for (let left = turns(source); left > 0; left--) await Promise.resolve();
    seen.now--;
    seen.compiled.push(source);
    return source === fails ? 1 : 0;
  });
  return { platform, jobs: { descriptors, tokens }, seen };
}

const compile = (sources: readonly string[]) => ({
  kind: "compile" as const,
  argv: ["cc"],
  sources: [...sources],
  folder: "/",
  env: { PATH: "/usr/bin" },
});

function tokensLeft(tokens: JobTokens): number {
  let left = 0;
  while (tokens.tryTake()) left++;
  return left;
}

test("a folder is merged into an existing one: equal names are replaced, the rest stays", async () => {
  const { platform, jobs } = scene(0, () => 0);
  const { files } = platform;
  for (const folder of ["/from", "/from/bin", "/to", "/to/bin"]) files.makeFolder(folder, 0o755);
  files.writeFile("/from/bin/new", encodeUtf8("new"));
  files.symlink("new", "/from/bin/name");
  files.writeFile("/to/bin/old", encodeUtf8("old"));
  files.symlink("old", "/to/bin/name");
  await execute({ kind: "copy", from: "/from", to: "/to", only: "" }, { platform, jobs });
  assert.equal(files.list("/to/bin").sort(), ["name", "new", "old"]);
  assert.equal([files.readLink("/to/bin/name"), readText(files, "/to/bin/new")], ["new", "new"]);
});

const SOURCES = ["/a.c", "/b.c", "/c.c", "/d.c", "/e.c"];

test("a list is compiled with the step's own job and every free one, and all are given back", async () => {
  for (const jobs of [0, 1, 2, 9]) {
    const { platform, jobs: given, seen } = scene(jobs, (source) => (source === "/a.c" ? 200 : 20));
    await execute(compile(SOURCES), { platform, jobs: given });
    assert.equal([...seen.compiled].sort(), SOURCES);
    assert.equal(seen.most, Math.min(jobs + 1, SOURCES.length));
    assert.equal(tokensLeft(given.tokens), jobs);
  }
});

test("after a failure no more files are compiled, and taken jobs are given back", async () => {
  const { platform, jobs, seen } = scene(1, () => 20, "/b.c");
  const run = () => execute(compile(SOURCES), { platform, jobs });
  await assert.rejects(run, /exit code 1: .*cc -c \/b\.c/);
  assert.ok(seen.compiled.length < SOURCES.length);
  assert.equal(tokensLeft(jobs.tokens), 1);
});

test("jobs that others give back in the meantime are used", async () => {
  const { platform, jobs, seen } = scene(0, () => 2000);
  const ended = execute(compile(SOURCES), { platform, jobs });
  await turns(100);
  assert.equal(seen.most, 1);
  jobs.tokens.give();
  platform.clock.advance(1);
  await ended;
  assert.equal(seen.most, 2);
});

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await Promise.resolve();
}

test("a make that shares the jobs gets their descriptors, other programs do not", async () => {
  const platform: MemoryPlatform = memoryPlatform({ kernel: pipeKernel() });
  const descriptors = makeJobPipe(platform);
  const handed: unknown[] = [];
  const spawn: typeof platform.processes.spawn = (options) => {
    handed.push([options.argv, options.extraFds]);
    return platform.processes.spawn(options);
  };
  platform.programs.set("make", () => 0);
  const context = {
    platform: { ...platform, processes: { ...platform.processes, spawn } },
    jobs: { descriptors, tokens: jobTokens(platform, descriptors) },
    patches: {},
  };
  const run = (...argv: string[]) => execute({ kind: "run", argv, cwd: "/", env: {} }, context);
  await run("make", SHARED_JOBS, "all");
  await run("make", "all");
  assert.equal(handed, [
    [["/usr/bin/make", "--jobserver-auth=3,4", "all"], [...descriptors]],
    [["/usr/bin/make", "all"], []],
  ]);
});
