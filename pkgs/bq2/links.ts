/** Links to the program, one for each command of the image. */
import { type ImageCommand, INIT_COMMANDS, TOOLS } from "../../src/base/image-commands.ts";

export interface CommandLink {
  readonly path: string;
  readonly target: string;
}

/** A relative symbolic link to the program for each command, sorted by path. */
export function linksOf(commands: { readonly [name: string]: ImageCommand }): CommandLink[] {
  return Object.entries(commands)
    .map(([name, { folder }]) => ({ path: `${folder}/${name}`, target: programFrom(folder) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const COMMAND_LINKS: readonly CommandLink[] = linksOf({ ...TOOLS, ...INIT_COMMANDS });

/** The program's path, `/usr/bin/bq2`, as seen from a folder below `/usr`. */
function programFrom(folder: string): string {
  if (folder === "/usr/bin") return "bq2";
  const namesBelowUsr = folder.split("/").length - 2;
  return `${"../".repeat(namesBelowUsr)}bin/bq2`;
}
