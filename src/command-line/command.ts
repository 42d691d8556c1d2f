/**
 * How a command is defined: its file exports a {@link Definition} as `command`, which the table of commands
 * loads.
 */
import {
  type BaseArgs,
  buildCommand,
  buildRouteMap,
  type Command,
  type CommandFunction,
  type RouteMap,
  type TypedCommandParameters,
} from "@stricli/core";
import type { Bq2Context } from "./context.ts";

/** A command, or a group of commands such as `verify`. */
export type Route = Command<Bq2Context> | RouteMap<Bq2Context>;

/** A command without its one-line description, which is in the table. */
export type Definition = (brief: string) => Route;

export interface CommandEntry {
  /** What the command does, in one line. */
  readonly brief: string;
  /** The command works only in a bq2 that compiles TypeScript itself ({@link Bq2Context.engine}). */
  readonly needsEngine?: true;
  /** Loads the command's code. */
  load(): Promise<{ readonly command: Definition }>;
}

/** Commands by the names that users type. */
export type CommandTable = { readonly [name: string]: CommandEntry };

/** Flags as stricli's `buildCommand` takes them. */
type FlagsOf<FLAGS> = Readonly<Partial<Record<keyof FLAGS, unknown>>>;

export function defineCommand<FLAGS extends FlagsOf<FLAGS>, ARGS extends BaseArgs = []>(definition: {
  /** The first text of the command's own help. By default it is the one-line description. */
  readonly description?: string;
  readonly parameters: TypedCommandParameters<FLAGS, ARGS, Bq2Context>;
  readonly func: CommandFunction<FLAGS, ARGS, Bq2Context>;
}): (brief: string) => Command<Bq2Context> {
  const { description, parameters, func } = definition;
  return (brief) =>
    buildCommand<FLAGS, ARGS, Bq2Context>({
      docs: description === undefined ? { brief } : { brief, fullDescription: description },
      parameters,
      func,
    });
}

/** A group of commands, keyed by the second word of the command line. */
export function defineGroup(routes: Readonly<Record<string, Route>>): Definition {
  return (brief) => buildRouteMap({ routes, docs: { brief } });
}
