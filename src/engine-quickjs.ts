/** {@link Engine} on QuickJS: the runtime's services, its event loop, and TypeScript's compiler. */
import * as native from "bq2:native";
import { Bq2Error, describeError } from "./base/error.ts";
import { SYSCALLS } from "./platform/linux-abi.ts";
import { addTimer, whenIdle } from "./platform/quickjs/loop.ts";
import { loadCompiler } from "./program/compiler.ts";
import type { Engine } from "./script/engine.ts";

/** Where the parts of this program are. */
export interface EnginePlace {
  /** Folder of the parts that programs are made of. The packages `bq2` and `efi` install them. */
  readonly installed: string;
  /** The source of a program that runs from source (`native/bootstrap.mjs`); undefined for bytecode. */
  readonly source: { readonly project: string; readonly packages: string } | undefined;
}

/** The module name under which `native/bootstrap.mjs` loads TypeScript. A program calls it `typescript`. */
const TYPESCRIPT_FROM_SOURCE = "/typescript";

const API_FILE = "src/script/api.ts"; // pkgs/bq2/api-sources.ts lists what it imports

export function quickjsEngine({ installed, source }: EnginePlace): Engine {
  let isAdded = source !== undefined;
  const addCompiler = (): void => {
    const file = `${installed}/typescript`;
    try {
      if (!isAdded) native.addProgram(file);
    } catch (cause) {
      throw new Bq2Error(`Cannot load TypeScript's compiler: ${describeError(cause)}`, {
        code: "missing-compiler",
        hint: `bq2 loads it from ${file}; reinstall bq2`,
        cause,
      });
    }
    isAdded = true;
  };
  const api = `${installed}/api`;
  return {
    evaluate: native.evaluate,
    compile: native.compile,
    setModuleHooks: native.setModuleHooks,
    setRejectionTracker: native.setRejectionTracker,
    setInterruptible: native.setInterruptible,
    takeInterrupt: native.takeInterrupt,
    setMemoryLimit: native.setMemoryLimit,
    addTimer,
    whenIdle,
    exit(code) {
      native.syscall(SYSCALLS.exit_group[native.architecture], code);
      throw new Error("The process still runs after exit_group");
    },
    library: source === undefined ? `${installed}/lib` : `${source.packages}/typescript/lib`,
    api:
      source === undefined
        ? { file: `${api}/${API_FILE}`, folder: api }
        : { file: `${source.project}/${API_FILE}`, folder: `${source.project}/src/script` },
    loadCompiler: () => loadCompiler(addCompiler),
    typescriptModule: source === undefined ? "typescript" : TYPESCRIPT_FROM_SOURCE,
  };
}
