/** The contract of {@link Files}. */
import { assert, test } from "../base/testing.ts";
import { bytesToName, decodeUtf8, encodeUtf8 } from "../base/text.ts";
import type { ContractOptions, InFolder } from "./contract.ts";
import type { Files } from "./platform.ts";

const MEBIBYTE = 1 << 20;

export function fileContract(options: ContractOptions, inFolder: InFolder): void {
  const { files } = options.platform;
  nameTests(files, inFolder);
  kindTests(files, inFolder);
  contentTests(files, inFolder, options.hasHoles);
  renameTests(files, inFolder);
  errorTests(files, inFolder);
  test(`${options.name}: free space is a number of bytes`, () => {
    assert.ok(files.freeSpace("/") > 0);
  });
}

/** The code that `body` fails with. */
function codeOf(body: () => unknown): unknown {
  return (assert.throws(body) as Error & { readonly code?: unknown }).code;
}

function put(files: Files, path: string, text: string): void {
  files.writeFile(path, encodeUtf8(text));
}

const textOf = (files: Files, path: string): string => decodeUtf8(files.readFile(path));

function nameTests(files: Files, inFolder: InFolder): void {
  const odd = [
    "a\nb",
    " ",
    "-rf",
    "é",
    "日本",
    "\u{1f600}",
    "\u{fffd}",
    bytesToName(Uint8Array.of(0xff, 0xfe, 0x41)),
    bytesToName(Uint8Array.of(0xed, 0xa0, 0x80)), // a surrogate in "UTF-8"
    bytesToName(Uint8Array.of(0xc3)), // the first half of é
    "x".repeat(255),
  ];
  inFolder("odd names come back as they were given, in byte order", (folder) => {
    for (const name of odd) put(files, `${folder}/${name}`, name);
    const wanted = odd.map((name) => name).sort(byBytes);
    assert.equal(files.list(folder), wanted);
    for (const name of odd) {
      assert.equal(textOf(files, `${folder}/${name}`), name);
      assert.equal(files.status(`${folder}/${name}`)?.kind, "file");
    }
  });
  inFolder("links keep odd targets, and real paths odd names", (folder) => {
    const target = bytesToName(Uint8Array.of(0x80, 0x0a, 0xff));
    files.symlink(target, `${folder}/link`);
    assert.equal(files.readLink(`${folder}/link`), target);
    files.makeFolder(`${folder}/${target}`);
    assert.equal(files.realPath(`${folder}/link`), `${files.realPath(folder)}/${target}`);
  });
  inFolder("names that are too long, or hold NUL, are refused", (folder) => {
    assert.equal(
      codeOf(() => files.makeFolder(`${folder}/${"x".repeat(256)}`)),
      "ENAMETOOLONG",
    );
    assert.equal(
      codeOf(() => files.status(`${folder}${"/x".repeat(2100)}`)),
      "ENAMETOOLONG",
    );
    assert.equal(
      codeOf(() => files.writeFile(`${folder}/a\0b`, new Uint8Array())),
      "EINVAL",
    );
    assert.equal(
      codeOf(() => files.attributes(`${folder}/a\0b`)),
      "EINVAL",
    );
    assert.equal(files.list(folder), []);
  });
}

/** Sorting by another way than the code under test: as hexadecimal of the bytes. */
function byBytes(a: string, b: string): number {
  const hex = (name: string): string =>
    Array.from(encodeUtf8(name), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex(a) < hex(b) ? -1 : 1;
}

function kindTests(files: Files, inFolder: InFolder): void {
  inFolder("status tells the kind and facts of a name, links not followed", (folder) => {
    put(files, `${folder}/file`, "four");
    files.makeFolder(`${folder}/folder`);
    files.symlink("file", `${folder}/link`);
    files.symlink("nowhere", `${folder}/dangling`);
    assert.equal(files.status(`${folder}/file`)?.size, 4);
    assert.equal(files.status(`${folder}/folder`)?.kind, "folder");
    assert.equal(files.status(`${folder}/link`)?.kind, "symlink");
    assert.equal(files.status(`${folder}/link`)?.size, 4);
    assert.equal(files.statusFollowed(`${folder}/link`)?.kind, "file");
    assert.equal(files.statusFollowed(`${folder}/dangling`), undefined);
    assert.equal(files.status(`${folder}/absent`), undefined);
    assert.equal(files.status(`${folder}/file/below`), undefined);
    assert.ok((files.status(`${folder}/file`)?.allocated ?? 0) > 0);
  });
  inFolder("hard links share an identity and are counted", (folder) => {
    put(files, `${folder}/a`, "x");
    files.link(`${folder}/a`, `${folder}/b`);
    put(files, `${folder}/c`, "x");
    const [a, b, c] = ["a", "b", "c"].map((name) => files.status(`${folder}/${name}`));
    assert.equal([a?.linkCount, c?.linkCount], [2, 1]);
    assert.equal(a?.identity, b?.identity);
    assert.ok(a?.identity !== c?.identity);
    files.removeFile(`${folder}/a`);
    assert.equal(files.status(`${folder}/b`)?.linkCount, 1);
  });
  inFolder("modes are kept with setuid, setgid and sticky", (folder) => {
    put(files, `${folder}/file`, "");
    for (const mode of [0o4755, 0o0644, 0o7777, 0o0000]) {
      files.setMode(`${folder}/file`, mode);
      assert.equal(files.status(`${folder}/file`)?.mode, mode);
    }
    files.setMode(`${folder}/file`, 0o600);
    files.symlink("file", `${folder}/link`);
    files.setMode(`${folder}/link`, 0o640);
    assert.equal(files.status(`${folder}/file`)?.mode, 0o640);
  });
  inFolder("times are kept, before 1970 and with fractions too", (folder) => {
    put(files, `${folder}/file`, "");
    files.symlink("nowhere", `${folder}/link`);
    for (const name of ["file", "link", "."]) {
      for (const seconds of [0, 1.5, -1, -86_400.25, 1_700_000_000.125, 2 ** 31 + 5]) {
        files.setTime(`${folder}/${name}`, seconds);
        assert.equal(files.status(`${folder}/${name}`)?.mtime, seconds, `mtime of ${name}`);
      }
    }
  });
  inFolder("extended attributes are bytes, in order of their names", (folder) => {
    put(files, `${folder}/file`, "");
    files.symlink("file", `${folder}/link`);
    assert.equal(files.attributes(`${folder}/file`).size, 0);
    files.setAttribute(`${folder}/file`, "user.b", Uint8Array.of(0, 255, 10));
    files.setAttribute(`${folder}/file`, "user.a", new Uint8Array());
    const wanted = new Map([
      ["user.a", new Uint8Array()],
      ["user.b", Uint8Array.of(0, 255, 10)],
    ]);
    assert.equal(files.attributes(`${folder}/file`), wanted);
    assert.equal(files.attributes(`${folder}/link`).size, 0);
    assert.equal(
      codeOf(() => files.setAttribute(`${folder}/link`, "user.a", new Uint8Array())),
      "EPERM",
    );
    files.removeAttribute(`${folder}/file`, "user.a");
    assert.equal([...files.attributes(`${folder}/file`).keys()], ["user.b"]);
    assert.equal(
      codeOf(() => files.removeAttribute(`${folder}/file`, "user.a")),
      "ENODATA",
    );
  });
  inFolder("setting the owner to oneself is allowed, for links too", (folder) => {
    files.symlink("nowhere", `${folder}/link`);
    const own = files.status(`${folder}/link`);
    files.setOwner(`${folder}/link`, own?.uid ?? 0, own?.gid ?? 0);
    assert.equal(files.status(`${folder}/link`)?.uid, own?.uid);
  });
}

function contentTests(files: Files, inFolder: InFolder, hasHoles: boolean): void {
  inFolder("positions: given ones leave the current one alone, none goes on", (folder) => {
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
  inFolder("write empties, update keeps, create wants a new name", (folder) => {
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
    files.close(files.open(`${folder}/secret`, "create", 0o600));
    assert.equal(files.status(`${folder}/secret`)?.mode, 0o600);
  });
  inFolder("truncate shrinks and grows; what grows is zeros", (folder) => {
    const fd = files.open(`${folder}/file`, "update");
    files.write(fd, encodeUtf8("abcdef"), null);
    files.truncate(fd, 3);
    files.truncate(fd, 5);
    files.fsync(fd);
    files.close(fd);
    assert.equal(files.readFile(`${folder}/file`), Uint8Array.of(97, 98, 99, 0, 0));
  });
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
    files.close(fd);
  });
  inFolder("copyRange copies just that range", (folder) => {
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
  inFolder("a lock is held by one at a time, and freed by release", (folder) => {
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
}

function renameTests(files: Files, inFolder: InFolder): void {
  inFolder("rename replaces a file, and an empty folder by a folder", (folder) => {
    put(files, `${folder}/a`, "a");
    put(files, `${folder}/b`, "b");
    files.rename(`${folder}/a`, `${folder}/b`);
    assert.equal(textOf(files, `${folder}/b`), "a");
    files.makeFolder(`${folder}/full`);
    files.makeFolder(`${folder}/full/inner`);
    files.makeFolder(`${folder}/empty`);
    assert.equal(
      codeOf(() => files.rename(`${folder}/empty`, `${folder}/full`)),
      "ENOTEMPTY",
    );
    assert.equal(
      codeOf(() => files.rename(`${folder}/b`, `${folder}/full`)),
      "EISDIR",
    );
    assert.equal(
      codeOf(() => files.rename(`${folder}/full`, `${folder}/b`)),
      "ENOTDIR",
    );
    assert.equal(
      codeOf(() => files.rename(`${folder}/full`, `${folder}/full/inner/x`)),
      "EINVAL",
    );
    files.rename(`${folder}/full`, `${folder}/empty`);
    assert.equal(files.list(folder), ["b", "empty"]);
    assert.equal(files.list(`${folder}/empty`), ["inner"]);
  });
  inFolder("paths go through links and dots", (folder) => {
    files.makeFolder(`${folder}/real`);
    files.symlink("real", `${folder}/link`);
    put(files, `${folder}/link/file`, "x");
    assert.equal(textOf(files, `${folder}/real/../link/./file`), "x");
    assert.equal(files.realPath(`${folder}/link/file`), `${files.realPath(folder)}/real/file`);
  });
}

function errorTests(files: Files, inFolder: InFolder): void {
  inFolder("failures carry Linux's codes", (folder) => {
    put(files, `${folder}/file`, "");
    files.makeFolder(`${folder}/folder`);
    put(files, `${folder}/folder/inner`, "");
    files.symlink("loop", `${folder}/loop`);
    const cases: readonly (readonly [string, () => unknown])[] = [
      ["ENOENT", () => files.open(`${folder}/absent`, "read")],
      ["ENOENT", () => files.list(`${folder}/absent`)],
      ["ENOENT", () => files.realPath(`${folder}/absent`)],
      ["ENOENT", () => files.removeFile(`${folder}/absent`)],
      ["ENOENT", () => files.attributes(`${folder}/absent`)],
      ["ENOENT", () => files.setTime(`${folder}/absent`, -5)],
      ["ENOENT", () => files.writeFile(`${folder}/absent/file`, new Uint8Array())],
      ["ENOTDIR", () => files.list(`${folder}/file`)],
      ["ENOTDIR", () => files.readFile(`${folder}/file/x`)],
      ["ENOTDIR", () => files.removeFolder(`${folder}/file`)],
      ["EISDIR", () => files.removeFile(`${folder}/folder`)],
      ["EISDIR", () => files.readFile(`${folder}/folder`)],
      ["EISDIR", () => files.writeFile(`${folder}/folder`, new Uint8Array())],
      ["ENOTEMPTY", () => files.removeFolder(`${folder}/folder`)],
      ["EEXIST", () => files.makeFolder(`${folder}/file`)],
      ["EEXIST", () => files.symlink("x", `${folder}/file`)],
      ["EEXIST", () => files.link(`${folder}/file`, `${folder}/folder`)],
      ["EPERM", () => files.link(`${folder}/folder`, `${folder}/other`)],
      ["EINVAL", () => files.readLink(`${folder}/file`)],
      ["ELOOP", () => files.readFile(`${folder}/loop`)],
    ];
    for (const [code, body] of cases) assert.equal(codeOf(body), code, String(body));
  });
  inFolder("a failing write names the file", (folder) => {
    put(files, `${folder}/file`, "");
    const fd = files.open(`${folder}/file`, "read");
    const error = assert.throws(() => files.write(fd, Uint8Array.of(1), null), /Cannot write to .*\/file: /);
    assert.equal((error as Error & { readonly code?: unknown }).code, "EBADF");
    files.close(fd);
  });
}
