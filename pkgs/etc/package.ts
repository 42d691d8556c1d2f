import { makeFolder, symlink, writeFile } from "../../src/recipe/inside-actions.ts";
import type { Package } from "../../src/recipe/package.ts";
import type { System } from "../../src/system/system.ts";
import { SYSTEM_FOLDERS, SYSTEM_LINKS, systemFiles } from "./files.ts";

export const etc = (system: System): Package => ({
  name: "etc",
  why: "the system's own configuration and its folders",
  license: "MIT",
  version: "1",
  needs: [],
  build({ destdir, version }) {
    return {
      kind: "actions",
      why: "there is no upstream: the package consists of files, folders and links",
      actions: [
        ...SYSTEM_FOLDERS.map(({ path, mode }) => makeFolder(destdir + path, mode)),
        ...SYSTEM_LINKS.map(({ path, target }) => symlink(destdir + path, target)),
        ...systemFiles(system, version).map(({ path, text, mode }) => writeFile(destdir + path, text, mode)),
      ],
    };
  },
});
