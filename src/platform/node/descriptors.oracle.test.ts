import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withFolder } from "../../../tests/disk-file.ts";
import { lockFile } from "./descriptors.ts";
import { nodeFiles } from "./files.ts";

test("a lock is on the file with that name, even if the file is replaced while it is opened", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "lock");
    let opened = 0;
    const racing = {
      ...nodeFiles,
      open(name: string, mode: "read" | "write" | "create" | "update"): number {
        const fd = nodeFiles.open(name, mode);
        if (opened++ === 0) nodeFiles.removeFile(name); // by its holder, who has finished
        return fd;
      },
    };
    const lock = lockFile(racing, path);
    expect(opened).toBe(2);
    expect(existsSync(path)).toBe(true);
    expect(lockFile(nodeFiles, path)).toBeUndefined();
    lock?.release();
    expect(readFileSync(path).length).toBe(0);
  });
});
