import { assert, test } from "../base/testing.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { OpenFiles } from "./open-files.ts";

test("a hundred files are read in turn with few descriptors, all closed at the end", () => {
  const { files } = memoryPlatform();
  let open = 0;
  let mostOpen = 0;
  const counting = {
    ...files,
    open: (path: string, mode: "read") => {
      mostOpen = Math.max(mostOpen, ++open);
      return files.open(path, mode);
    },
    close: (fd: number) => {
      open--;
      files.close(fd);
    },
  };
  const sources = new OpenFiles(counting);
  const contents = Array.from({ length: 100 }, (_, i) => {
    files.writeFile(`/${i}`, Uint8Array.of(i));
    return sources.contentOf(`/${i}`, 1);
  });
  const buffer = new Uint8Array(1);
  for (const round of [1, 2]) {
    for (const [i, content] of contents.entries()) {
      content.read(buffer, 0, 1, 0);
      assert.equal(buffer[0], i, `round ${round}`);
    }
  }
  assert.equal(mostOpen, 32);
  sources.closeAll();
  assert.equal(open, 0);
});

test("a file that became shorter is an error, not zeros", () => {
  const { files } = memoryPlatform();
  files.writeFile("/f", new Uint8Array(10));
  const content = new OpenFiles(files).contentOf("/f", 20);
  const error = assert.throws(() => content.read(new Uint8Array(20), 0, 20, 0), /became shorter/);
  assert.equal((error as { code?: unknown }).code, "EIO");
});
