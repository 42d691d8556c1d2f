/** The filter of every architecture, run by a small interpreter: what the kernel would answer. */
import { ARCHES } from "../base/arch.ts";
import { assert, test } from "../base/testing.ts";
import {
  AF_INET,
  BPF_JEQ,
  BPF_JGT,
  BPF_JMP,
  BPF_JSET,
  BPF_LD,
  BPF_RET,
  CLONE_NEWCGROUP,
  CLONE_NEWNS,
  EAFNOSUPPORT,
  ENOSYS,
  EPERM,
  LAST_SYSCALL,
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_ERRNO,
  SECCOMP_RET_KILL_PROCESS,
  SIGNALS,
  SYSCALLS,
  TIOCGWINSZ,
  TIOCSTI,
} from "../platform/linux-abi.ts";
import { REFUSALS, type Use } from "./refused-calls.ts";
import { filterProgram } from "./seccomp.ts";
import type { SyscallName } from "./syscalls.ts";

const AF_VSOCK = 40; // include/linux/socket.h
const CLASS = 0x07; // include/uapi/linux/bpf_common.h: BPF_CLASS
const OPERATION = 0xf0; // BPF_OP
/** include/uapi/linux/audit.h, calculated by hand. */
const AUDIT_ARCHES = { x86_64: 0xc000003e, aarch64: 0xc00000b7, i386: 0x40000003 };

/** The program's answer to a call with this `struct seccomp_data`. */
function answer(program: Uint8Array, auditArch: number, number: number, words: readonly number[]): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, auditArch, true);
  for (const [i, word] of words.entries()) data.setBigUint64(16 + 8 * i, BigInt(word), true);
  const code = new DataView(program.buffer, program.byteOffset, program.length);
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const [operation, value] = [code.getUint16(at, true), code.getUint32(at + 4, true)];
    if ((operation & CLASS) === BPF_RET) return value;
    if ((operation & CLASS) === BPF_LD) accumulator = data.getUint32(value, true);
    if ((operation & CLASS) !== BPF_JMP) continue;
    const holds = {
      [BPF_JEQ]: accumulator === value,
      [BPF_JGT]: accumulator > value,
      [BPF_JSET]: (accumulator & value) !== 0,
    }[operation & OPERATION];
    at += 8 * code.getUint8(at + (holds ? 2 : 3));
  }
  throw new Error("the program ends without an answer");
}

const refused = (errno: number): number => SECCOMP_RET_ERRNO + errno;
const SIGCHLD = SIGNALS.SIGCHLD ?? 0;

const CASES: readonly {
  readonly call: SyscallName;
  readonly words?: readonly number[];
  readonly step: number;
  readonly shell: number;
}[] = [
  { call: "mount", step: refused(EPERM), shell: SECCOMP_RET_ALLOW },
  { call: "fspick", step: refused(EPERM), shell: SECCOMP_RET_ALLOW },
  { call: "keyctl", step: refused(EPERM), shell: refused(EPERM) },
  { call: "clone3", step: refused(ENOSYS), shell: refused(ENOSYS) },
  { call: "clone", words: [SIGCHLD], step: SECCOMP_RET_ALLOW, shell: SECCOMP_RET_ALLOW },
  { call: "clone", words: [CLONE_NEWNS + SIGCHLD], step: refused(EPERM), shell: SECCOMP_RET_ALLOW },
  { call: "clone", words: [CLONE_NEWCGROUP], step: refused(EPERM), shell: refused(EPERM) },
  { call: "unshare", words: [CLONE_NEWNS], step: refused(EPERM), shell: SECCOMP_RET_ALLOW },
  { call: "socket", words: [AF_INET], step: SECCOMP_RET_ALLOW, shell: SECCOMP_RET_ALLOW },
  { call: "socket", words: [AF_VSOCK], step: refused(EAFNOSUPPORT), shell: refused(EAFNOSUPPORT) },
  // The kernel uses the low half of an int argument.
  {
    call: "socket",
    words: [2 ** 32 + AF_VSOCK],
    step: refused(EAFNOSUPPORT),
    shell: refused(EAFNOSUPPORT),
  },
  { call: "ioctl", words: [TIOCSTI, TIOCGWINSZ], step: SECCOMP_RET_ALLOW, shell: SECCOMP_RET_ALLOW },
  { call: "ioctl", words: [0, 2 ** 32 + TIOCSTI], step: refused(EPERM), shell: refused(EPERM) },
  { call: "execve", step: SECCOMP_RET_ALLOW, shell: SECCOMP_RET_ALLOW },
];

for (const { name: arch } of Object.values(ARCHES)) {
  for (const use of ["step", "shell"] as const satisfies readonly Use[]) {
    const program = filterProgram(arch, REFUSALS[use]);
    test(`the filter of a ${use} on ${arch} answers as its table says`, () => {
      for (const { call, words = [], ...expected } of CASES) {
        const found = answer(program, AUDIT_ARCHES[arch], SYSCALLS[call][arch], words);
        assert.equal([call, words, found], [call, words, expected[use]]);
      }
      const later = answer(program, AUDIT_ARCHES[arch], LAST_SYSCALL[arch] + 1, []);
      assert.equal(later, refused(ENOSYS));
    });
    test(`the filter of a ${use} on ${arch} kills programs of other architectures`, () => {
      for (const [other, auditArch] of Object.entries(AUDIT_ARCHES)) {
        const found = answer(program, auditArch, SYSCALLS.execve[arch], []);
        assert.equal(found === SECCOMP_RET_KILL_PROCESS, other !== arch);
      }
    });
  }
}
