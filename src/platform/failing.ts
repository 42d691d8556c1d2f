/** Failure injection for tests: any {@link Files} with planned failures in front. */
import { type Files, SystemError } from "./platform.ts";

export interface PlannedFailure {
  readonly operation: keyof Files;
  /** Only calls whose path contains this; without it every call. Calls on descriptors count by number alone. */
  readonly path?: string;
  /** Which of those calls fails, from 1 on. */
  readonly call: number;
  /** The errno name, such as `ENOSPC`. */
  readonly code: string;
}

/** The same files, where each planned failure strikes once. */
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
