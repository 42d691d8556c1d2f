/** Builds the runtime and programs for all tests of this folder, once. */
import type { TestProject } from "vitest/node";
import { buildQuickjsTests } from "../../tools/quickjs-tests.ts";
import { type BuiltRuntime, buildRuntime } from "../../tools/runtime.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly built: BuiltRuntime & {
      /** The program of all shared tests. */
      readonly tests: string;
    };
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const built = buildRuntime();
  project.provide("built", { ...built, tests: await buildQuickjsTests(built.runtime) });
}
