/** {@link Engine} on QuickJS: the runtime's own services, its event loop, and TypeScript's compiler. */
import * as native from "bq2:native";
import { SYSCALLS } from "./platform/linux-abi.ts";
import { quickjsHost } from "./platform/quickjs-host.ts";
import { addTimer, waitReadable, whenIdle } from "./platform/quickjs-loop.ts";
import { libraryBeside, loadCompiler } from "./program/compiler.ts";
import type { Engine } from "./script/engine.ts";

/** True where the program runs from its source (`native/bootstrap.mjs`), which has the compiler already. */
export const IS_FROM_SOURCE = import.meta.url.startsWith("/");

/** What `native/bootstrap.mjs` calls it; in a program it has its own name. */
const TYPESCRIPT_FROM_SOURCE = "/typescript";

/** Where packages `bq2` and `efi` install what programs are made with. */
export const INSTALLED: string = libraryBeside(quickjsHost().self[0] ?? "");

let isAdded = IS_FROM_SOURCE;

/** Makes the compiler's modules known. */
export function addCompiler(): void {
  if (!isAdded) native.addProgram(`${INSTALLED}/typescript`);
  isAdded = true;
}

export const quickjsEngine: Engine = {
  evaluate: native.evaluate,
  compile: native.compile,
  setModuleHooks: native.setModuleHooks,
  setRejectionTracker: native.setRejectionTracker,
  setInterruptible: native.setInterruptible,
  takeInterrupt: native.takeInterrupt,
  setMemoryLimit: native.setMemoryLimit,
  waitReadable,
  addTimer,
  whenIdle,
  exit(code) {
    native.syscall(SYSCALLS.exit_group[native.architecture], code);
    throw new Error("the process goes on behind exit_group");
  },
  loadCompiler: () => loadCompiler(addCompiler),
  typescriptModule: IS_FROM_SOURCE ? TYPESCRIPT_FROM_SOURCE : "typescript",
};
