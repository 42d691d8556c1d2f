import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { readText } from "../platform/files.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import type { Files } from "../platform/platform.ts";
import { type FillFile, withOutputFile } from "./output-file.ts";

const replace = <T>(files: Files, path: string, fill: FillFile<T>): Promise<T> =>
  withOutputFile(files, path, (output) => output.replace(fill));

const fillWith = (files: Files, text: string) => (fd: number) => files.write(fd, encodeUtf8(text), null);

async function codeOf(refused: () => Promise<unknown>): Promise<unknown> {
  return ((await assert.rejects(refused, /./)) as { code?: unknown }).code;
}

test("the file appears when it is complete", async () => {
  const { files } = memoryPlatform();
  files.writeFile("/out", encodeUtf8("old"));
  const result = await replace(files, "/out", (fd) => {
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
  const failing = replace(files, "/out", () => Promise.reject(new Error("disk on fire")));
  await assert.rejects(() => failing, /on fire/);
  assert.equal(readText(files, "/out"), "old");
  assert.equal(files.list("/"), ["out"]);
});

test("the next run takes over what a killed run left, however long it is", async () => {
  const { files } = memoryPlatform();
  for (const name of ["/out.partial", "/out.lock"]) files.writeFile(name, new Uint8Array(1000));
  await replace(files, "/out", fillWith(files, "new"));
  assert.equal(readText(files, "/out"), "new");
  assert.equal(files.list("/"), ["out"]);
});

test("two at once: the second is refused before it writes anything, the first goes on", async () => {
  const { files } = memoryPlatform();
  await withOutputFile(files, "/out", async (output) => {
    await output.withScratch("tar", async (fd, path) => {
      files.write(fd, encodeUtf8("plain tar"), null);
      const second = () => withOutputFile(files, "/out", async (other) => other.withScratch("tar", () => {}));
      assert.equal(await codeOf(second), "output-busy");
      assert.equal(readText(files, path), "plain tar");
    });
    await output.replace(fillWith(files, "first"));
  });
  assert.equal(readText(files, "/out"), "first");
  await replace(files, "/out", fillWith(files, "second"));
  assert.equal(readText(files, "/out"), "second");
});

test("a scratch file is gone afterwards, even after a failure", async () => {
  const { files } = memoryPlatform();
  await withOutputFile(files, "/out", async (output) => {
    await output.withScratch("raw", (fd) => files.write(fd, Uint8Array.of(1), 0));
    await assert.rejects(() => output.withScratch("raw", () => Promise.reject(new Error("no"))), /no/);
    assert.equal(files.list("/"), ["out.lock"]);
  });
  assert.equal(files.list("/"), []);
});

test("links in place of temporary files are not followed", async () => {
  const { files } = memoryPlatform();
  files.writeFile("/victim", encodeUtf8("precious"));
  files.symlink("/victim", "/out.partial");
  files.link("/victim", "/out.raw.partial");
  files.symlink("/victim", "/out.tar.partial");
  await withOutputFile(files, "/out", async (output) => {
    for (const purpose of ["raw", "tar"]) await output.withScratch(purpose, fillWith(files, "scratch"));
    await output.replace(fillWith(files, "new"));
  });
  assert.equal(readText(files, "/victim"), "precious");
  assert.equal(files.list("/"), ["out", "victim"]);
});

test("a link that appears while the temporary file is made is refused", async () => {
  const { files } = memoryPlatform();
  files.writeFile("/victim", encodeUtf8("precious"));
  const racing: Files = {
    ...files,
    open(path, mode, permissions) {
      if (path === "/out.partial") files.symlink("/victim", path);
      return files.open(path, mode, permissions);
    },
  };
  assert.equal(await codeOf(() => replace(racing, "/out", fillWith(files, "new"))), "EEXIST");
  assert.equal(readText(files, "/victim"), "precious");
});

test("only a plain file is replaced: no device, link, pipe or folder", async () => {
  const { files } = memoryPlatform();
  files.makeSpecial("/device", "block", { major: 8, minor: 0 });
  files.makeFolder("/folder");
  files.symlink("/elsewhere", "/link");
  files.symlink("/elsewhere", "/locked.lock");
  for (const path of ["/device", "/folder", "/link", "/locked"]) {
    assert.equal(await codeOf(() => replace(files, path, fillWith(files, "new"))), "not-a-file", path);
  }
  assert.equal(files.list("/"), ["device", "folder", "link", "locked.lock"]);
  assert.equal(files.status("/device")?.kind, "block");
});
