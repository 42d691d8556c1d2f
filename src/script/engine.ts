/**
 * What running and evaluating TypeScript takes of the engine beyond a platform: made of `bq2:native` and the event
 * loop by `src/main-quickjs.ts`. `quickjs-native.d.ts` says what each function does.
 */
import type { Compiler } from "../program/compiler.ts";
import type { OwnModule } from "../program/type-check.ts";

export interface Engine {
  evaluate(source: string, name: string): Promise<{ readonly value: unknown }>;
  /** Bytecode; throws SyntaxError. Here it only tells whether `source` is JavaScript. */
  compile(source: string, name: string): ArrayBuffer;
  setModuleHooks(
    resolve: (importer: string, specifier: string) => string,
    read: (path: string) => string | null,
  ): void;
  setRejectionTracker(tracker: (promise: object, reason: unknown, isHandled: boolean) => void): void;
  setInterruptible(isOn: boolean): void;
  takeInterrupt(): boolean;
  setMemoryLimit(bytes: number): void;

  /** Calls `wake` once, `seconds` from now; the result takes it back. */
  addTimer(seconds: number, wake: () => void): () => void;
  /** Resolves when nothing is waited for any more: no timer, no descriptor. */
  whenIdle(): Promise<void>;
  /** Ends the process at once. */
  exit(code: number): never;

  /** Where JavaScript's own declarations lie (`lib.es2023.d.ts` …), and what stands behind module `bq2`. */
  readonly library: string;
  readonly api: OwnModule;

  /** TypeScript's compiler; loaded when it is first asked for. */
  loadCompiler(): Promise<Compiler>;
  /** The name under which the engine holds the module `typescript`, once {@link loadCompiler} has been called. */
  readonly typescriptModule: string;
}
