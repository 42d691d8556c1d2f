/**
 * Seccomp filters (Linux, Documentation/userspace-api/seccomp_filter.rst): compiles a list of refused calls
 * to a classic BPF program (Documentation/networking/filter.rst). Subset: 32-bit loads, three comparisons,
 * returns.
 */
import { ARCHES, type Arch } from "../base/arch.ts";
import { concatBytes } from "../base/bytes.ts";
import { Bq2Error, errorCode } from "../base/error.ts";
import { struct, u8, u16, u32, u64 } from "../base/struct.ts";
import {
  __AUDIT_ARCH_64BIT,
  __AUDIT_ARCH_LE,
  BPF_ABS,
  BPF_JEQ,
  BPF_JGT,
  BPF_JMP,
  BPF_JSET,
  BPF_K,
  BPF_LD,
  BPF_RET,
  BPF_W,
  ENOSYS,
  LAST_SYSCALL,
  SECCOMP_FILTER_FLAG_TSYNC,
  SECCOMP_GET_ACTION_AVAIL,
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_ERRNO,
  SECCOMP_RET_KILL_PROCESS,
  SECCOMP_SET_MODE_FILTER,
  SYSCALLS,
} from "../platform/linux-abi.ts";
import type { Condition, Refusal } from "./refused-calls.ts";
import { type KernelAccess, systemCall } from "./syscalls.ts";

/** include/uapi/linux/filter.h: `struct sock_filter`. A jump skips as many instructions as it says. */
const Instruction = struct("sock_filter", 8, { code: u16, ifTrue: u8, ifFalse: u8, value: u32 });

/** include/uapi/linux/seccomp.h: `struct seccomp_data`, a filter's view of a call. */
const CallData = struct("seccomp_data", 64, {
  number: u32,
  arch: u32,
  instructionPointer: u64,
  ...{ argument0: u64, argument1: u64, argument2: u64, argument3: u64, argument4: u64, argument5: u64 },
});

type Code = readonly Uint8Array[];

const load = (offset: number): Uint8Array =>
  Instruction.encode({ code: BPF_LD | BPF_W | BPF_ABS, value: offset });
const give = (value: number): Uint8Array => Instruction.encode({ code: BPF_RET | BPF_K, value });
const jump = (test: number, value: number, ifTrue: number, ifFalse: number): Uint8Array =>
  Instruction.encode({ code: BPF_JMP | test | BPF_K, value, ifTrue, ifFalse });

const fail = (errno: number): Uint8Array => give(SECCOMP_RET_ERRNO | errno);

/** The program for an architecture, as an array of `struct sock_filter`. */
export function filterProgram(arch: Arch, refusals: readonly Refusal[]): Uint8Array {
  // include/uapi/linux/audit.h: AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64
  const auditArch = ARCHES[arch].elfMachine + __AUDIT_ARCH_64BIT + __AUDIT_ARCH_LE;
  return concatBytes([
    // 32-bit programs use different numbers, so the filter kills them.
    load(CallData.offsets.arch),
    jump(BPF_JEQ, auditArch, 1, 0),
    give(SECCOMP_RET_KILL_PROCESS),
    load(CallData.offsets.number),
    // Calls that only later kernels have are refused, since their effect is unknown, and x32's, from 2^30 on.
    jump(BPF_JGT, LAST_SYSCALL[arch], 0, 1),
    fail(ENOSYS),
    ...refusals.flatMap((refusal) => refuse(arch, refusal)),
    give(SECCOMP_RET_ALLOW),
  ]);
}

/** Starts and ends with the call's number loaded. */
function refuse(arch: Arch, { calls, errno, when }: Refusal): Code {
  const body = when === undefined ? [fail(errno)] : refuseWhere(when, errno);
  return calls.flatMap((name) => [jump(BPF_JEQ, SYSCALLS[name][arch], 0, body.length), ...body]);
}

/** On a little-endian machine an argument's low 32 bits come first. */
function refuseWhere(condition: Condition, errno: number): Code {
  const argument = `argument${condition.argument}` as keyof typeof CallData.offsets;
  return [
    load(CallData.offsets[argument]),
    ...comparisons(condition),
    fail(errno),
    load(CallData.offsets.number),
  ];
}

/** Continues with the next instruction if the condition is true, and skips that instruction otherwise. */
function comparisons(condition: Condition): Code {
  if ("anyBit" in condition) return [jump(BPF_JSET, condition.anyBit, 0, 1)];
  const isWanted = "oneOf" in condition;
  const values = isWanted ? condition.oneOf : condition.noneOf;
  return values.map((value, i) => {
    const toEnd = values.length - 1 - i;
    const isLast = toEnd === 0;
    return isWanted ? jump(BPF_JEQ, value, toEnd, isLast ? 1 : 0) : jump(BPF_JEQ, value, toEnd + 1, 0);
  });
}

/** Refuses the calls to this process, all its threads and all their children. Needs PR_SET_NO_NEW_PRIVS. */
export function refuseCalls(platform: KernelAccess, refusals: readonly Refusal[]): void {
  const program = filterProgram(platform.host.arch, refusals);
  // include/uapi/linux/filter.h: `struct sock_fprog`, a count and an address, each in a 64-bit word.
  const header = [program.length / Instruction.size, program];
  try {
    const call = { name: "seccomp", action: "refuse system calls to", what: "the programs within" } as const;
    systemCall(platform, call, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, header);
  } catch (error) {
    const code = errorCode(error);
    if (!(error instanceof Bq2Error) || code === undefined) throw error;
    const hint = "`bq2 doctor` says whether this kernel has seccomp filters";
    throw new Bq2Error(error.message, { code, hint, cause: error });
  }
}

/** Whether this kernel has filters that can return an error. */
export function hasSeccompFilters({ kernel, host }: KernelAccess): boolean {
  const action = new Uint8Array(Uint32Array.of(SECCOMP_RET_ERRNO).buffer);
  return kernel.syscall(SYSCALLS.seccomp[host.arch], SECCOMP_GET_ACTION_AVAIL, 0, action) === 0;
}
