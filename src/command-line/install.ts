/** `bq2 --install [DIR]`: a symbolic link for every command. */
import { Bq2Error } from "../base/error.ts";
import { resolvePath } from "../base/path.ts";
import { makeFolders } from "../platform/files.ts";
import type { Platform } from "../platform/platform.ts";

/**
 * Makes links in `folder` to `program`, and replaces existing links. Changes nothing if a file or folder has
 * one of the names.
 *
 * @throws Bq2Error `name-taken`.
 */
export function installLinks(
  platform: Platform,
  program: string,
  folder: string,
  commands: readonly string[],
): string[] {
  const { files } = platform;
  const target = resolvePath(platform.host.cwd, folder);
  makeFolders(files, target);
  const inSameFolder = files.realPath(target) === files.realPath(program.slice(0, program.lastIndexOf("/")));
  const pointsTo = inSameFolder ? program.slice(program.lastIndexOf("/") + 1) : program;
  const links = commands.map((name) => `${target}/${name}`);
  const taken = links.find((link) => (files.status(link)?.kind ?? "symlink") !== "symlink");
  if (taken !== undefined) {
    throw new Bq2Error(`Cannot install ${taken}: it exists and is not a link`, {
      code: "name-taken",
      hint: "remove it, or install into another folder: bq2 --install DIR",
    });
  }
  for (const link of links) {
    if (files.status(link) !== undefined) files.removeFile(link);
    files.symlink(pointsTo, link);
  }
  return links;
}
