/** What the supervision of services needs of the machine. `machine.ts` has the real one. */
import { errorCode } from "../../base/error.ts";
import type { Exit } from "../../platform/platform.ts";
import type { Condition } from "../../system/check-services.ts";
import type { Service } from "../../system/description.ts";

/** Codes of errors that another attempt does not change: no such user, no such limit. */
const FINAL = ["no-account", "no-limit"];

export function isFinal(error: unknown): boolean {
  return FINAL.includes(errorCode(error) ?? "");
}

export interface Run {
  readonly pid: number;
  readonly exit: Promise<Exit>;
}

export interface ServiceHost {
  /** Starts the program. Throws an error, final or not (`isFinal`). */
  spawn(service: Service): Promise<Run>;
  /** To all processes of the service. */
  signal(service: Service, signal: string): void;
  /** Whether none of its processes is left. */
  isGone(service: Service): boolean;
  /** Whether it is ready, by its port or its message. */
  isReady(service: Service): boolean;
  isMet(condition: Condition): boolean;
  /** Adds a line to the log of the service. */
  note(service: Service, text: string): void;
}
