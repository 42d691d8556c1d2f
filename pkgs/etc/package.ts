import type { Package } from "../../src/recipe/package.ts";
import { SYSTEM_FOLDERS, SYSTEM_LINKS, systemFiles } from "./files.ts";

export const etc: Package = {
  name: "etc",
  why: "the system's own configuration and its folders",
  license: "MIT",
  version: "1",
  needs: [],
  build({ destdir, version }) {
    return {
      kind: "actions",
      why: "there is no upstream: it is files, folders and links",
      actions: [
        ...SYSTEM_FOLDERS.map(({ path, mode }) => ({
          kind: "make-folder" as const,
          path: destdir + path,
          mode,
        })),
        ...SYSTEM_LINKS.map(({ path, target }) => ({
          kind: "symlink" as const,
          path: destdir + path,
          target,
        })),
        ...systemFiles(version).map(({ path, text }) => ({
          kind: "write-file" as const,
          path: destdir + path,
          mode: "0644",
          text,
        })),
      ],
    };
  },
};
