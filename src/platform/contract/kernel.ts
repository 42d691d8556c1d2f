/** The contract of {@link Host}, {@link Clock} and {@link Kernel}. */
import { assert, test } from "../../base/testing.ts";
import { bytesToName, decodeUtf8 } from "../../base/text.ts";
import { AT_FDCWD, ENOENT, O_CLOEXEC, O_CREAT, O_RDWR, SEEK_SET, SYSCALLS } from "../linux-abi.ts";
import type { Platform, SyscallArgument } from "../platform.ts";
import type { ContractOptions, InFolder } from "./words.ts";

export function kernelContract({ name, platform, hasKernel }: ContractOptions, inFolder: InFolder): void {
  const { clock, files, host } = platform;
  test(`${name}: the clocks do not go back`, async () => {
    const before = clock.monotonicSeconds();
    assert.ok(clock.nowMicroseconds() >= 0 && Number.isInteger(clock.nowMicroseconds()));
    await clock.sleep(0);
    assert.ok(clock.monotonicSeconds() >= before);
  });
  test(`${name}: the host's facts are consistent`, () => {
    assert.ok(host.argv.length > 0 && host.self.length > 0 && host.cpuCount > 0 && host.pid > 0);
    assert.equal(files.statusFollowed(host.cwd)?.kind, "folder");
    assert.equal(files.realPath(host.cwd), host.cwd);
    for (const id of [host.uid, host.gid]) assert.ok(Number.isInteger(id) && id >= 0);
  });
  if (!hasKernel) return;
  syscallTests(platform, inFolder);
  forkTests(platform, inFolder);
}

function caller({ kernel, host }: Platform) {
  return (name: keyof typeof SYSCALLS, ...args: readonly SyscallArgument[]): number =>
    kernel.syscall(SYSCALLS[name][host.arch], ...args);
}

function syscallTests(platform: Platform, inFolder: InFolder): void {
  const { files, host } = platform;
  const call = caller(platform);
  inFolder("system calls take numbers, names, bytes and null, and give -errno", (folder) => {
    assert.equal(call("getpid"), host.pid);
    assert.equal(call("chdir", `${folder}/absent`), -ENOENT);
    const odd = bytesToName(Uint8Array.of(0xff, 0xfe));
    assert.equal(call("mkdirat", AT_FDCWD, `${folder}/${odd}`, 0o700), 0);
    assert.equal(files.list(folder), [odd]);
    files.symlink("target", `${folder}/link`);
    const buffer = new Uint8Array(20);
    assert.equal(call("readlinkat", AT_FDCWD, `${folder}/link`, buffer, buffer.length), 6);
    assert.equal(decodeUtf8(buffer.subarray(0, 7)), "target\0");
    assert.equal(call("ppoll", null, 0, new Uint8Array(16), null, 0), 0); // zero time: does not wait
  });
  inFolder("system calls take and give numbers beyond 32 bits", (folder) => {
    const fd = call("openat", AT_FDCWD, `${folder}/file`, O_RDWR | O_CREAT | O_CLOEXEC, 0o600);
    for (const place of [2 ** 31, 2 ** 40 + 1, 2n ** 33n])
      assert.equal(call("lseek", fd, place, SEEK_SET), Number(place));
    assert.equal(call("close", fd), 0);
  });
}

/** Only for engines with these functions. */
function forkTests(platform: Platform, inFolder: InFolder): void {
  const { fork, waitReadable } = platform.kernel;
  const { files } = platform;
  const call = caller(platform);
  if (fork !== undefined)
    inFolder("fork makes a copy with its own memory, whose end can be awaited", () => {
      let code = 7;
      const pid = fork();
      if (pid === 0) call("exit_group", code);
      code = 8;
      const status = new Int32Array(1);
      assert.equal(call("wait4", pid, new Uint8Array(status.buffer), 0, null), pid);
      assert.equal(status[0], 7 << 8); // wait(2): WEXITSTATUS
    });
  if (waitReadable !== undefined)
    inFolder("a file is always readable", async (folder) => {
      files.writeFile(`${folder}/file`, new Uint8Array());
      const fd = files.open(`${folder}/file`, "read");
      await waitReadable(fd);
      files.close(fd);
    });
}
