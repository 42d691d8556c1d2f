/** The system-call primitive refuses calls in which the kernel would access memory beyond the given bytes. */
import { syscall, type Word } from "bq2:native";
import { assert, test } from "../../src/base/testing.ts";
import { encodeUtf8 } from "../../src/base/text.ts";
import {
  AF_INET,
  AT_FDCWD,
  ENOENT,
  F_GETFL,
  O_CLOEXEC,
  SO_ERROR,
  SOCK_DGRAM,
  SOL_SOCKET,
  TCGETS,
  TIOCGWINSZ,
} from "../../src/platform/linux-abi.ts";
import { NUMBERS, type SyscallName } from "../../src/platform/quickjs/call.ts";

const NO_FD = -1;
const EBADF = 9; // include/uapi/asm-generic/errno-base.h
const CLONE_THREAD = 0x10000; // include/uapi/linux/sched.h; invalid alone, so no process is created
const UNKNOWN_REQUEST = 0x541b; // FIONREAD, which the project does not use
const bytes = (size: number): Uint8Array => new Uint8Array(size);
const length = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
const call = (name: SyscallName, ...words: readonly Word[]): number => syscall(NUMBERS[name], ...words);

const REFUSED: readonly (readonly [name: SyscallName, ...words: Word[]])[] = [
  ["getsockopt", NO_FD, SOL_SOCKET, SO_ERROR, bytes(4), length(5)],
  ["getsockopt", NO_FD, SOL_SOCKET, SO_ERROR, bytes(4), bytes(3)],
  ["getsockopt", NO_FD, SOL_SOCKET, SO_ERROR, "four", length(4)],
  ["ioctl", NO_FD, TCGETS, bytes(35)],
  ["ioctl", NO_FD, TCGETS, "x".repeat(64)],
  ["ioctl", NO_FD, TIOCGWINSZ, bytes(7)],
  ["ioctl", NO_FD, UNKNOWN_REQUEST, bytes(4096)],
  ["fcntl", NO_FD, F_GETFL, bytes(4096)],
  ["clone", CLONE_THREAD, bytes(4096), 0, 0, 0],
  ["clone", CLONE_THREAD, 0, bytes(4), 0, 0],
  ["getpid", bytes(1)],
  ["chdir", bytes(0)],
  ["chdir", encodeUtf8("/nowhere")],
  ["chdir", ["/nowhere"]],
  ["openat", AT_FDCWD, 4096, 0, 0],
  ["execve", "/nowhere", "not an array", []],
];

for (const [name, ...words] of REFUSED) {
  const shown = words.map((word) => (word instanceof Uint8Array ? `${word.length} bytes` : String(word)));
  test(`system calls stay within their bytes: ${name}(${shown.join(", ")}) is refused`, () => {
    assert.throws(() => call(name, ...words), /is wanted|are wanted|too few/);
  });
}

test("system calls with enough bytes are accepted", () => {
  assert.equal(call("ioctl", NO_FD, TCGETS, bytes(36)), -EBADF);
  assert.equal(call("ioctl", NO_FD, UNKNOWN_REQUEST, 0), -EBADF);
  assert.equal(call("chdir", encodeUtf8("/nowhere\0")), -ENOENT);
  const socket = call("socket", AF_INET, SOCK_DGRAM | O_CLOEXEC, 0);
  const size = length(8);
  assert.equal(call("getsockopt", socket, SOL_SOCKET, SO_ERROR, bytes(8), size), 0);
  assert.equal(size, length(4));
  call("close", socket);
});
