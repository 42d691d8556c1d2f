/** The contract of {@link Files} on names and their metadata; `descriptors.ts` has the one on open files. */
import { assert, test } from "../../base/testing.ts";
import { bytesToName, encodeUtf8 } from "../../base/text.ts";
import type { Files } from "../platform.ts";
import { type ContractOptions, codeOf, type InFolder, put, textOf } from "./words.ts";

export function fileContract(options: ContractOptions, inFolder: InFolder): void {
  const { files } = options.platform;
  nameTests(files, inFolder);
  kindTests(files, inFolder);
  changeTests(options, inFolder);
  renameTests(files, inFolder);
  errorTests(files, inFolder);
  test(`${options.name}: free space is a number of bytes; a missing path fails`, () => {
    assert.ok(Number.isSafeInteger(files.freeSpace("/")) && files.freeSpace("/") > 0);
    assert.equal(
      codeOf(() => files.freeSpace("/no/such/folder")),
      "ENOENT",
    );
  });
  test(`${options.name}: a device has its numbers`, () => {
    const status = files.status("/dev/null");
    assert.equal([status?.kind, status?.device], ["char", { major: 1, minor: 3 }]); // null(4)
  });
}

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
  inFolder("odd names are listed unchanged, in byte order", (folder) => {
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
  inFolder("every operation takes a path that is not UTF-8", (folder) => {
    const place = `${folder}/${bytesToName(Uint8Array.of(0xe9, 0x2f, 0xff))}`; // a folder and a name
    files.makeFolder(place.slice(0, -2));
    put(files, place, "text");
    files.setMode(place, 0o600);
    files.setTime(place, 1.5);
    const { uid = 0, gid = 0 } = files.status(place) ?? {};
    files.setOwner(place, uid, gid);
    files.setAttribute(place, "user.a", Uint8Array.of(1));
    assert.equal([...files.attributes(place).keys()], ["user.a"]);
    files.removeAttribute(place, "user.a");
    files.link(place, `${place}\udcfe`);
    files.rename(`${place}\udcfe`, `${place}x`);
    files.tryLock(`${place}x`)?.release();
    files.removeFile(`${place}x`);
    files.symlink(place, `${folder}/link`);
    assert.equal(files.realPath(`${folder}/link`).endsWith(place), true);
    const facts = files.statusFollowed(`${folder}/link`);
    assert.equal([facts?.mode, facts?.mtime, facts?.linkCount], [0o600, 1.5, 1]);
    assert.ok(files.freeSpace(place) >= 0);
    files.makeFolder(`${place}d`);
    files.removeFolder(`${place}d`);
    assert.equal(files.list(place.slice(0, -2)), [place.slice(-1)]);
    const error = assert.throws(() => files.open(`${place}/below`, "read"));
    assert.ok(error.message.includes(place), "the message contains the name unchanged");
  });
  inFolder("names that are too long or contain NUL are refused", (folder) => {
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

/** Sorts differently from the code under test: by hexadecimal digits. */
function byBytes(a: string, b: string): number {
  const hex = (name: string): string =>
    Array.from(encodeUtf8(name), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex(a) < hex(b) ? -1 : 1;
}

function kindTests(files: Files, inFolder: InFolder): void {
  inFolder("status returns the kind and metadata of a name, links not followed", (folder) => {
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
  inFolder("times are kept, also before 1970 and with fractions", (folder) => {
    put(files, `${folder}/file`, "");
    files.symlink("nowhere", `${folder}/link`);
    for (const name of ["file", "link", "."]) {
      for (const seconds of [0, 1.5, -1, -86_400.25, 1_700_000_000.125, 2 ** 31 + 5]) {
        files.setTime(`${folder}/${name}`, seconds);
        assert.equal(files.status(`${folder}/${name}`)?.mtime, seconds, `mtime of ${name}`);
      }
    }
  });
  inFolder("times are kept to the nanosecond, and setting what was read changes nothing", (folder) => {
    put(files, `${folder}/file`, "");
    const mtime = (): number => files.status(`${folder}/file`)?.mtime ?? Number.NaN;
    const set = (seconds: number): void => files.setTime(`${folder}/file`, seconds);
    for (const seconds of [0.123456789, 1.000000001, 1000.999999999, -5.25000001, 1_700_000_000.1234567]) {
      set(seconds);
      const read = mtime();
      assert.ok(
        Math.abs(read - seconds) <= Math.max(1e-12, Math.abs(seconds) * 2 ** -52),
        `${seconds}: ${read}`,
      );
      set(read);
      assert.equal(mtime(), read);
    }
    set(0.9999999999); // nearer to the next second than to the last nanosecond of this one
    assert.equal(mtime(), 1);
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
    assert.equal(
      codeOf(() => files.setAttribute(`${folder}/file`, "plain", new Uint8Array())),
      "EOPNOTSUPP", // a name without a namespace
    );
    files.removeAttribute(`${folder}/file`, "user.a");
    assert.equal([...files.attributes(`${folder}/file`).keys()], ["user.b"]);
    assert.equal(
      codeOf(() => files.removeAttribute(`${folder}/file`, "user.a")),
      "ENODATA",
    );
  });
  inFolder("folders and files get the requested permissions", (folder) => {
    files.makeFolder(`${folder}/folder`, 0o700);
    files.writeFile(`${folder}/file`, new Uint8Array(), 0o600);
    assert.equal(files.status(`${folder}/folder`)?.mode, 0o700);
    assert.equal(files.status(`${folder}/file`)?.mode, 0o600);
  });
  inFolder("a hard link to a symbolic link is that link; removing a link keeps its target", (folder) => {
    put(files, `${folder}/file`, "x");
    files.symlink("file", `${folder}/link`);
    files.link(`${folder}/link`, `${folder}/other`);
    assert.equal(files.readLink(`${folder}/other`), "file");
    assert.equal(files.status(`${folder}/file`)?.linkCount, 1);
    for (const name of ["link", "other"]) files.removeFile(`${folder}/${name}`);
    assert.equal(files.list(folder), ["file"]);
  });
  inFolder("setting the owner to oneself is allowed, for links too", (folder) => {
    files.symlink("nowhere", `${folder}/link`);
    const own = files.status(`${folder}/link`);
    files.setOwner(`${folder}/link`, own?.uid ?? 0, own?.gid ?? 0);
    assert.equal(files.status(`${folder}/link`)?.uid, own?.uid);
  });
}

function changeTests({ platform: { files }, passTime }: ContractOptions, inFolder: InFolder): void {
  inFolder("every change of a file moves its change time, whatever mtime is set to", async (folder) => {
    const path = `${folder}/file`;
    put(files, path, "four");
    files.setTime(path, 1000);
    const changeTime = (): number => files.status(path)?.ctime ?? Number.NaN;
    const changes: readonly (readonly [string, () => void])[] = [
      ["mode", () => files.setMode(path, 0o600)],
      ["attribute", () => files.setAttribute(path, "user.a", Uint8Array.of(1))],
      ["link", () => files.link(path, `${folder}/other`)],
      ["removal of a link", () => files.removeFile(`${folder}/other`)],
      [
        "bytes, the time set back",
        () => {
          put(files, path, "FOUR");
          files.setTime(path, 1000);
        },
      ],
    ];
    for (const [name, change] of changes) {
      const before = changeTime();
      await passTime();
      assert.equal(changeTime(), before);
      change();
      assert.ok(changeTime() > before, name);
      assert.equal(files.status(path)?.mtime, 1000);
    }
  });
  inFolder("adding or removing a name moves the folder's change time", async (folder) => {
    const changeTime = (): number => files.status(folder)?.ctime ?? Number.NaN;
    for (const change of [() => put(files, `${folder}/file`, ""), () => files.removeFile(`${folder}/file`)]) {
      const before = changeTime();
      await passTime();
      change();
      assert.ok(changeTime() > before);
    }
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
      ["ENOENT", () => files.symlink("", `${folder}/nothing`)],
      ["ENOENT", () => files.setMode(`${folder}/absent`, 0o600)],
      ["ENOENT", () => files.tryLock(`${folder}/absent/lock`)],
      ["EISDIR", () => files.tryLock(`${folder}/folder`)],
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
