/**
 * Commands with which bq2 starts itself in or around a namespace. Users do not type them. `bq2.ts` maps each
 * one to the code that it loads.
 */
export const HIDDEN_COMMANDS = {
  /** `step-inside FILE`: runs a step's actions within its namespace. */
  step: "step-inside",
  /** `enter-inside REQUEST`: runs a user's command within a namespace. */
  enter: "enter-inside",
  /** `artifact-inside FILE`: writes an artifact with the program of the finished rootfs. */
  artifact: "artifact-inside",
  /** `vary-inside FILE`: repeats a build under different conditions. */
  vary: "vary-inside",
  /** `namespace-inside network|"" ARGV…`: makes namespaces, then runs a program in them. */
  namespaces: "namespace-inside",
} as const;

export type HiddenCommand = (typeof HIDDEN_COMMANDS)[keyof typeof HIDDEN_COMMANDS];
