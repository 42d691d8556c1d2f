import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { platformContract } from "../contract/contract.ts";
import { failingFiles } from "../failing.ts";
import { makeFolders, removeTree, writeFileAtomic } from "../files.ts";
import { testBulk } from "../test-bulk.ts";
import { memoryPlatform } from "./platform.ts";
import type { MemoryProgram } from "./processes.ts";

const sleepUntilKilled: MemoryProgram = async ({ killed }) => {
  await killed;
  return 0;
};

const PROGRAMS: readonly (readonly [string, MemoryProgram])[] = [
  ["true", () => 0],
  ["false", () => 1],
  ["sleep", sleepUntilKilled],
  ["xargs", sleepUntilKilled],
  [
    "cat",
    async ({ argv, stdin, extraFds, out, error }) => {
      const fd = extraFds[Number(/^\/dev\/fd\/(\d+)$/.exec(argv[1] ?? "")?.[1]) - 3];
      if (fd !== undefined) {
        const buffer = new Uint8Array(100);
        out(buffer.subarray(0, shared.files.read(fd, buffer, 0, buffer.length, null)));
        return 0;
      }
      if (argv[1] !== undefined) {
        error(`cat: ${argv[1]}: No such file or directory\n`);
        return 1;
      }
      for await (const chunk of stdin) out(chunk);
      return 0;
    },
  ],
  [
    "env",
    ({ env, out }) => {
      for (const [name, value] of Object.entries(env)) out(`${name}=${value}\n`);
      return 0;
    },
  ],
  [
    "pwd",
    ({ cwd, out }) => {
      out(`${cwd}\n`);
      return 0;
    },
  ],
];

const shared = memoryPlatform({ bulk: testBulk() });
shared.files.makeFolder("/dev");
shared.files.makeSpecial("/dev/null", "char", { major: 1, minor: 3 });
for (const [name, program] of PROGRAMS) shared.programs.set(name, program);
platformContract({
  name: "memory",
  platform: shared,
  folder: "/contract",
  decompressors: [],
  hasHoles: true,
  hasKernel: false,
  raise: (signal) => shared.processes.raise(signal),
  passTime: () => shared.clock.advance(1),
});

test("memory: a full disk is ENOSPC with the file's name, and a removed file frees its pages", () => {
  const { files, disk } = memoryPlatform({ capacity: 10 * 4096 });
  const error = assert.throws(
    () => files.writeFile("/big", new Uint8Array(50_000)),
    /Cannot write to \/big: no space/,
  );
  assert.equal((error as Error & { readonly code?: unknown }).code, "ENOSPC");
  files.removeFile("/big");
  assert.equal(disk.used, 0);
  files.writeFile("/fits", new Uint8Array(40_000));
  assert.equal(files.freeSpace("/"), 0);
});

test("memory: permission bits apply to an ordinary user", () => {
  const { files } = memoryPlatform({ host: { uid: 1000, gid: 1000 } });
  files.makeFolder("/closed");
  files.writeFile("/closed/file", new Uint8Array());
  files.setMode("/closed", 0o000);
  assert.throws(() => files.list("/closed"), /permission denied/);
  assert.throws(() => files.status("/closed/file"), /permission denied/);
  removeTree(files, "/closed");
  assert.equal(files.list("/"), []);
});

test("memory: sleepers wake when their time has come", async () => {
  const { clock } = memoryPlatform();
  let awake = 0;
  const short = clock.sleep(5).then(() => awake++);
  const long = clock.sleep(20).then(() => awake++);
  clock.advance(6);
  await short;
  assert.equal(awake, 1);
  clock.advance(20);
  await long;
  assert.equal(clock.monotonicSeconds(), 26);
});

test("memory: signals reach their handlers until those are removed", () => {
  const { processes } = memoryPlatform();
  const seen: string[] = [];
  const undo = processes.onSignal(["SIGINT", "SIGTERM"], (signal) => seen.push(signal));
  processes.raise("SIGINT");
  processes.raise("SIGHUP");
  undo();
  processes.raise("SIGTERM");
  assert.equal(seen, ["SIGINT"]);
});

test("memory: a planned failure happens once, at the planned call", () => {
  const { files: plain } = memoryPlatform();
  const files = failingFiles(plain, [{ operation: "rename", path: "/b", call: 2, code: "EIO" }]);
  makeFolders(files, "/b");
  writeFileAtomic(files, "/b/one", "1");
  const error = assert.throws(() => writeFileAtomic(files, "/b/one", "2"), /rename/);
  assert.equal((error as Error & { readonly code?: unknown }).code, "EIO");
  assert.equal(files.readFile("/b/one"), encodeUtf8("1"));
  assert.equal(files.list("/b"), ["one"]);
  writeFileAtomic(files, "/b/one", "3");
  assert.equal(files.readFile("/b/one"), encodeUtf8("3"));
});
