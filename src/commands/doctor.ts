import { buildCommand } from "@stricli/core";
import type { Bq2Context } from "./context.ts";

export const doctor = buildCommand<Record<never, never>, [], Bq2Context>({
  docs: { brief: "Say what this machine lacks, with the fix for each gap" },
  parameters: {},
  func() {},
});
