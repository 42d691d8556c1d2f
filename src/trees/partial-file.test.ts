import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { readText } from "../platform/files.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { withScratchFile, writePartialFile } from "./partial-file.ts";

test("the file appears when it is whole", async () => {
  const { files } = memoryPlatform();
  files.writeFile("/out", encodeUtf8("old"));
  const result = await writePartialFile(files, "/out", (fd) => {
    files.write(fd, encodeUtf8("new"), null);
    assert.equal(readText(files, "/out"), "old");
    return 7;
  });
  assert.equal(result, 7);
  assert.equal(readText(files, "/out"), "new");
  assert.equal(files.list("/"), ["out"]);
});

test("a failure leaves the old file, and nothing else", async () => {
  const { files } = memoryPlatform();
  files.writeFile("/out", encodeUtf8("old"));
  const failing = writePartialFile(files, "/out", () => Promise.reject(new Error("disk on fire")));
  await assert.rejects(() => failing, /on fire/);
  assert.equal(readText(files, "/out"), "old");
  assert.equal(files.list("/"), ["out"]);
});

test("what a killed run left is taken over, however long it was", async () => {
  const { files } = memoryPlatform();
  files.writeFile("/out.partial", new Uint8Array(1000));
  await writePartialFile(files, "/out", (fd) => files.write(fd, encodeUtf8("new"), null));
  assert.equal(readText(files, "/out"), "new");
});

test("two at once: the second is refused, the first goes on", async () => {
  const { files } = memoryPlatform();
  await writePartialFile(files, "/out", async (fd) => {
    const error = await assert.rejects(() => writePartialFile(files, "/out", () => {}), /another process/);
    assert.equal((error as { code?: unknown }).code, "output-busy");
    files.write(fd, encodeUtf8("first"), null);
  });
  assert.equal(readText(files, "/out"), "first");
});

test("a scratch file is gone afterwards, also after a failure", async () => {
  const { files } = memoryPlatform();
  await withScratchFile(files, "/scratch", async (fd) => files.write(fd, Uint8Array.of(1), 0));
  await assert.rejects(() => withScratchFile(files, "/scratch", () => Promise.reject(new Error("no"))));
  assert.equal(files.list("/"), []);
});
