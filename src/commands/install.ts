/** `bq2 --install [DIR]`: a symbolic link for every subcommand. */
import { Bq2Error } from "../base/error.ts";
import { resolvePath } from "../base/path.ts";
import { makeFolders } from "../platform/files.ts";
import type { Platform } from "../platform/platform.ts";

/** Links in `folder` to `program`, replacing links that are there. Anything else of that name is left alone: an error. */
export function installLinks(
  platform: Platform,
  program: string,
  folder: string,
  subcommands: readonly string[],
): string[] {
  const { files } = platform;
  const target = resolvePath(platform.host.cwd, folder);
  makeFolders(files, target);
  const inSameFolder = files.realPath(target) === files.realPath(program.slice(0, program.lastIndexOf("/")));
  const pointsTo = inSameFolder ? program.slice(program.lastIndexOf("/") + 1) : program;
  const links = subcommands.map((name) => `${target}/${name}`);
  const taken = links.find((link) => (files.status(link)?.kind ?? "symlink") !== "symlink");
  if (taken !== undefined) {
    throw new Bq2Error(`Cannot install ${taken}: something that is no link has that name`, {
      code: "name-taken",
      hint: "remove it, or give another folder: bq2 --install DIR",
    });
  }
  for (const link of links) {
    if (files.status(link) !== undefined) files.removeFile(link);
    files.symlink(pointsTo, link);
  }
  return links;
}
