/** The contract of {@link Files} on open files: positions, holes, copies, locks. */
import { assert } from "../../base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../../base/text.ts";
import type { Files, Platform } from "../platform.ts";
import { type ContractOptions, codeOf, type InFolder, put, textOf } from "./words.ts";

const KIBIBYTE = 1 << 10;
const MEBIBYTE = 1 << 20;

export function descriptorContract({ platform, hasHoles }: ContractOptions, inFolder: InFolder): void {
  const { files } = platform;
  accessTests(files, inFolder);
  holeTests(files, inFolder, hasHoles);
  copyTests(files, inFolder);
  lockTests(platform, inFolder);
}

function accessTests(files: Files, inFolder: InFolder): void {
  inFolder("a given position does not move the current one; without one, it advances", (folder) => {
    const fd = files.open(`${folder}/file`, "update");
    files.write(fd, encodeUtf8("hello world"), null);
    files.write(fd, encodeUtf8("J"), 0);
    files.write(fd, encodeUtf8("!"), null);
    const buffer = new Uint8Array(20).fill(46);
    assert.equal(files.read(fd, buffer, 2, 5, 0), 5);
    assert.equal(decodeUtf8(buffer.subarray(0, 8)), "..Jello.");
    assert.equal(files.read(fd, buffer, 0, 20, null), 0);
    assert.equal(files.read(fd, buffer, 0, 20, 6), 6);
    files.close(fd);
    assert.equal(textOf(files, `${folder}/file`), "Jello world!");
    assert.equal(
      codeOf(() => files.close(fd)),
      "EBADF",
    );
  });
  inFolder("write truncates, update keeps the content, create needs a new name", (folder) => {
    put(files, `${folder}/file`, "long content");
    const update = files.open(`${folder}/file`, "update");
    files.write(update, encodeUtf8("L"), 0);
    files.close(update);
    assert.equal(textOf(files, `${folder}/file`), "Long content");
    put(files, `${folder}/file`, "s");
    assert.equal(textOf(files, `${folder}/file`), "s");
    assert.equal(
      codeOf(() => files.open(`${folder}/file`, "create")),
      "EEXIST",
    );
    files.symlink("nowhere", `${folder}/link`);
    assert.equal(
      codeOf(() => files.open(`${folder}/link`, "create")),
      "EEXIST",
    );
    const secret = files.open(`${folder}/secret`, "create", 0o600);
    files.write(secret, encodeUtf8("read"), 0);
    assert.equal(files.read(secret, new Uint8Array(4), 0, 4, 0), 4);
    files.close(secret);
    assert.equal(files.status(`${folder}/secret`)?.mode, 0o600);
  });
  inFolder("truncate shrinks a file, or extends it with zeros", (folder) => {
    const fd = files.open(`${folder}/file`, "update");
    files.write(fd, encodeUtf8("abcdef"), null);
    files.truncate(fd, 3);
    files.truncate(fd, 5);
    files.fsync(fd);
    files.close(fd);
    assert.equal(files.readFile(`${folder}/file`), Uint8Array.of(97, 98, 99, 0, 0));
  });
  inFolder(
    "setModeOf and setTimeOf change the open file, even if another file has its name now",
    (folder) => {
      const fd = files.open(`${folder}/file`, "create", 0o600);
      files.write(fd, encodeUtf8("x"), null);
      files.rename(`${folder}/file`, `${folder}/moved`);
      put(files, `${folder}/file`, "another");
      for (const mode of [0o4755, 0o0644, 0o7777]) {
        files.setModeOf(fd, mode);
        assert.equal(files.status(`${folder}/moved`)?.mode, mode);
      }
      for (const seconds of [0, 1.5, -1, -86_400.25, 1_700_000_000, 2 ** 31 + 5]) {
        files.setTimeOf(fd, seconds);
        assert.equal(files.status(`${folder}/moved`)?.mtime, seconds);
      }
      const other = files.status(`${folder}/file`);
      assert.ok(other?.mode !== 0o7777 && other?.mtime !== 2 ** 31 + 5);
      files.close(fd);
      for (const operation of [() => files.setModeOf(fd, 0o644), () => files.setTimeOf(fd, -1)])
        assert.equal(codeOf(operation), "EBADF");
    },
  );
  inFolder("a descriptor allows only what its mode says", (folder) => {
    put(files, `${folder}/file`, "text");
    const readable = files.open(`${folder}/file`, "read");
    const writable = files.open(`${folder}/file`, "update");
    const fresh = files.open(`${folder}/fresh`, "write");
    assert.equal(
      codeOf(() => files.read(fresh, new Uint8Array(1), 0, 1, 0)),
      "EBADF",
    );
    assert.equal(
      codeOf(() => files.truncate(readable, 0)),
      "EINVAL",
    );
    // A file without a name exists as long as it is open.
    files.removeFile(`${folder}/file`);
    files.write(writable, encodeUtf8("T"), 0);
    const buffer = new Uint8Array(10);
    assert.equal(files.read(readable, buffer, 0, 10, null), 4);
    assert.equal(decodeUtf8(buffer.subarray(0, 4)), "Text");
    for (const fd of [readable, writable, fresh]) files.close(fd);
  });
}

function holeTests(files: Files, inFolder: InFolder, hasHoles: boolean): void {
  inFolder("holes are found and read as zeros", (folder) => {
    if (!hasHoles) return;
    const fd = files.open(`${folder}/file`, "update");
    files.write(fd, new Uint8Array(4096).fill(1), 4 * MEBIBYTE);
    files.truncate(fd, 8 * MEBIBYTE);
    files.fsync(fd);
    const ranges = files.dataRanges(fd, 8 * MEBIBYTE);
    assert.equal(ranges, [{ offset: 4 * MEBIBYTE, length: 4096 }]);
    assert.ok((files.status(`${folder}/file`)?.allocated ?? MEBIBYTE) < MEBIBYTE);
    const buffer = new Uint8Array(10).fill(9);
    files.read(fd, buffer, 0, 10, 4 * MEBIBYTE - 5);
    assert.equal(buffer, Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1));
    files.truncate(fd, 0);
    files.truncate(fd, MEBIBYTE);
    assert.equal(files.dataRanges(fd, MEBIBYTE), []);
    assert.equal(files.dataRanges(fd, 0), []);
    for (const at of [0, 64 * KIBIBYTE, 512 * KIBIBYTE]) files.write(fd, new Uint8Array(4096).fill(1), at);
    files.write(fd, encodeUtf8("here"), 600 * KIBIBYTE);
    files.read(fd, buffer, 0, 2, null);
    files.fsync(fd);
    assert.equal(files.dataRanges(fd, 512 * KIBIBYTE + 100), [
      { offset: 0, length: 4096 },
      { offset: 64 * KIBIBYTE, length: 4096 },
      { offset: 512 * KIBIBYTE, length: 100 }, // no further than requested
    ]);
    assert.equal(files.read(fd, buffer, 0, 2, null), 2); // the position has not moved
    files.close(fd);
    assert.equal(
      codeOf(() => files.dataRanges(fd, MEBIBYTE)),
      "EBADF",
    );
  });
  inFolder("a whole file of data is one range", (folder) => {
    files.writeFile(`${folder}/file`, new Uint8Array(100_000).fill(7));
    const fd = files.open(`${folder}/file`, "read");
    assert.equal(files.dataRanges(fd, 100_000), [{ offset: 0, length: 100_000 }]);
    files.close(fd);
  });
  inFolder("a folder can be opened and flushed, but not read", (folder) => {
    const fd = files.open(folder, "read");
    files.fsync(fd);
    assert.equal(
      codeOf(() => files.read(fd, new Uint8Array(1), 0, 1, null)),
      "EISDIR",
    );
    files.close(fd);
  });
}

function copyTests(files: Files, inFolder: InFolder): void {
  inFolder("copyRange copies only the given range", (folder) => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) & 255);
    files.writeFile(`${folder}/from`, bytes);
    const from = files.open(`${folder}/from`, "read");
    const to = files.open(`${folder}/to`, "write");
    files.copyRange(from, 1000, to, 17, 250_000);
    assert.equal(
      codeOf(() => files.copyRange(from, 299_000, to, 0, 2000)),
      "EIO",
    );
    files.close(from);
    files.close(to);
    const found = files.readFile(`${folder}/to`);
    assert.equal(found.length, 250_017);
    assert.ok(found.subarray(1000).every((byte, i) => byte === bytes[i + 1000 + 983]));
  });
  inFolder("copyRange keeps positions, copies within a file, and copies holes as zeros", (folder) => {
    const fd = files.open(`${folder}/file`, "update");
    files.write(fd, encodeUtf8("abcdef"), null);
    files.truncate(fd, MEBIBYTE);
    files.copyRange(fd, 0, fd, MEBIBYTE - 6, 6);
    files.copyRange(fd, 1000, fd, 0, 3);
    files.copyRange(fd, 0, fd, 0, 0);
    files.write(fd, encodeUtf8("!"), null); // after the first write
    files.close(fd);
    const found = files.readFile(`${folder}/file`);
    assert.equal(found.length, MEBIBYTE);
    assert.equal(found.subarray(0, 8), Uint8Array.of(0, 0, 0, 100, 101, 102, 33, 0));
    assert.equal(decodeUtf8(found.subarray(-6)), "abcdef");
  });
  inFolder("copyRange needs a readable and a writable descriptor", (folder) => {
    put(files, `${folder}/from`, "text");
    const [from, to] = [files.open(`${folder}/from`, "read"), files.open(`${folder}/to`, "write")];
    assert.equal(
      codeOf(() => files.copyRange(from, 0, from, 0, 4)),
      "EBADF",
    );
    assert.equal(
      codeOf(() => files.copyRange(to, 0, to, 0, 4)),
      "EBADF",
    );
    for (const fd of [from, to]) files.close(fd);
  });
}

function lockTests({ files, processes }: Platform, inFolder: InFolder): void {
  inFolder("a lock has one holder at a time, until it is released", (folder) => {
    const path = `${folder}/lock`;
    const lock = files.tryLock(path);
    assert.ok(lock);
    assert.equal(files.tryLock(path), undefined);
    lock.release();
    lock.release();
    const again = files.tryLock(path);
    assert.ok(again);
    again.release();
  });
  inFolder("a lock is on the file under all its names, and does not stop readers or writers", (folder) => {
    const lock = files.tryLock(`${folder}/lock`);
    files.link(`${folder}/lock`, `${folder}/other`);
    assert.equal(files.tryLock(`${folder}/other`), undefined);
    put(files, `${folder}/lock`, "owner");
    assert.equal(textOf(files, `${folder}/other`), "owner");
    for (const name of ["lock", "other"]) files.removeFile(`${folder}/${name}`);
    const fresh = files.tryLock(`${folder}/lock`); // another file of that name
    assert.ok(fresh);
    for (const held of [lock, fresh]) held?.release();
  });
  inFolder("the holder of a lock may remove its file; the next lock is on a new file", (folder) => {
    const path = `${folder}/lock`;
    const lock = files.tryLock(path);
    files.removeFile(path);
    const next = files.tryLock(path);
    assert.ok(next);
    lock?.release();
    assert.equal(files.tryLock(path), undefined);
    next.release();
  });
  inFolder("a child does not inherit the lock of its parent", async (folder) => {
    const lock = files.tryLock(`${folder}/lock`);
    const streams = { stdin: "pipe", stdout: "ignore", stderr: "ignore" } as const;
    const child = await processes.spawn({
      argv: ["cat"],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      ...streams,
    });
    lock?.release();
    const again = files.tryLock(`${folder}/lock`);
    assert.ok(again);
    again.release();
    child.closeInput();
    assert.equal(await child.wait(), { code: 0 });
  });
}
