/** Failure injection for tests: wraps any {@link Files}. */
import { type Files, SystemError } from "./platform.ts";

export interface PlannedFailure {
  readonly operation: keyof Files;
  /** Counts only calls whose path contains this; by default every call. Calls on descriptors have no path. */
  readonly path?: string;
  /** Which of those calls fails, counted from 1. */
  readonly call: number;
  /** The errno name, such as `ENOSPC`. */
  readonly code: string;
}

/** The same files, with each planned failure once. */
export function failingFiles(files: Files, planned: readonly PlannedFailure[]): Files {
  const counts = new Map<PlannedFailure, number>();
  const check = (operation: keyof Files, firstArgument: unknown): void => {
    const path = typeof firstArgument === "string" ? firstArgument : `descriptor ${String(firstArgument)}`;
    for (const failure of planned) {
      if (failure.operation !== operation || !path.includes(failure.path ?? "")) continue;
      const count = (counts.get(failure) ?? 0) + 1;
      counts.set(failure, count);
      if (count === failure.call) throw new SystemError(`${operation} (as planned)`, path, failure.code);
    }
  };
  const wrap = <T extends object>(operations: T): T => {
    const wrapped = Object.entries(operations).map(
      ([operation, body]: [string, (...args: unknown[]) => unknown]) => [
        operation,
        (...args: unknown[]): unknown => {
          check(operation as keyof Files, args[0]);
          const result = body(...args);
          return operation === "beneath" ? wrap(result as object) : result;
        },
      ],
    );
    return Object.fromEntries(wrapped) as T;
  };
  return wrap(files);
}
