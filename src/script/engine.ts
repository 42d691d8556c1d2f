/**
 * What running TypeScript needs of the engine besides a platform. `src/main-quickjs.ts` makes it from
 * `bq2:native` and the event loop; `quickjs-native.d.ts` says what each function does.
 */
import type { Compiler } from "../program/compiler.ts";
import type { OwnModule } from "../program/type-check.ts";

export interface Engine {
  evaluate(source: string, name: string): Promise<{ readonly value: unknown }>;
  /** Compiles to bytecode. Throws SyntaxError. */
  compile(source: string, name: string): ArrayBuffer;
  setModuleHooks(
    resolve: (importer: string, specifier: string) => string,
    read: (path: string) => string | null,
  ): void;
  setRejectionTracker(tracker: (promise: object, reason: unknown, isHandled: boolean) => void): void;
  setInterruptible(isOn: boolean): void;
  takeInterrupt(): boolean;
  setMemoryLimit(bytes: number): void;

  /** Calls `wake` once, in `seconds`; the returned function cancels that. */
  addTimer(seconds: number, wake: () => void): () => void;
  /** Resolves when no timer and no descriptor is waited for. */
  whenIdle(): Promise<void>;
  /** Ends the process at once. */
  exit(code: number): never;

  /** Folder of JavaScript's own declarations (`lib.es2023.d.ts` …). */
  readonly library: string;
  /** The source of module `bq2`. */
  readonly api: OwnModule;

  /** TypeScript's compiler, loaded on the first call. */
  loadCompiler(): Promise<Compiler>;
  /** The engine's name for the module `typescript`, once {@link loadCompiler} has been called. */
  readonly typescriptModule: string;
}
