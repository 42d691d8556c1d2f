/** The contract of {@link FilesBeneath}: the operations of {@link Files}, and no way out of the folder. */
import { assert } from "../../base/testing.ts";
import { bytesToName, decodeUtf8, encodeUtf8 } from "../../base/text.ts";
import type { FilesBeneath } from "../platform.ts";
import { type ContractOptions, codeOf, type InFolder, put, textOf } from "./words.ts";

export function beneathContract({ platform }: ContractOptions, inFolder: InFolder): void {
  const { files } = platform;
  const test = (name: string, body: (held: FilesBeneath, folder: string, outside: string) => void): void =>
    inFolder(`beneath a folder: ${name}`, (place) => {
      const [folder, outside] = [`${place}/in`, `${place}/out`];
      files.makeFolder(folder);
      files.makeFolder(outside);
      put(files, `${outside}/file`, "untouched");
      const held = files.beneath(folder);
      body(held, folder, outside);
      held.release();
      assert.equal(files.list(outside), ["file"]);
      assert.equal(textOf(files, `${outside}/file`), "untouched");
      const status = files.status(`${outside}/file`);
      assert.equal([status?.linkCount, status?.mode], [1, 0o644]);
    });

  test("names can be made, looked at and removed", (held, folder) => {
    held.makeFolder(`${folder}/a`, 0o700);
    held.makeFolder(`${folder}/a/b`);
    const fd = held.open(`${folder}/a/b/file`, "create", 0o600);
    held.write(fd, encodeUtf8("text"), null);
    held.truncate(fd, 3);
    held.fsync(fd);
    held.close(fd);
    held.link(`${folder}/a/b/file`, `${folder}/hard`);
    held.symlink("a/b", `${folder}/link`);
    held.setTime(`${folder}/link`, 5);
    held.setMode(`${folder}/hard`, 0o4640);
    const own = files.status(folder);
    held.setOwner(`${folder}/link`, own?.uid ?? 0, own?.gid ?? 0);
    assert.equal(decodeUtf8(held.readFile(`${folder}/link/file`)), "tex");
    assert.equal(held.readLink(`${folder}/link`), "a/b");
    assert.equal(held.list(folder), ["a", "hard", "link"]);
    for (const path of [folder, `${folder}/a`, `${folder}/a/b/file`, `${folder}/link`, `${folder}/none/x`]) {
      assert.equal(
        held.status(path),
        files.status(path) && { ...files.status(path), ...identityOf(held, path) },
      );
    }
    assert.equal(held.statusFollowed(`${folder}/link`)?.kind, "folder");
    assert.equal(held.statusFollowed(`${folder}/none`), undefined);
    held.rename(`${folder}/a/b/file`, `${folder}/link/other`);
    assert.equal(files.status(`${folder}/a/b/other`)?.mode, 0o4640);
    held.removeFile(`${folder}/link/other`);
    held.removeFolder(`${folder}/a/b`);
    held.makeSpecial(`${folder}/a/pipe`, "fifo", { major: 0, minor: 0 });
    assert.equal(files.status(`${folder}/a/pipe`)?.kind, "fifo");
    held.setMode(folder, 0o750);
    held.setTime(folder, 7);
    assert.equal([files.status(folder)?.mode, files.status(folder)?.mtime], [0o750, 7]);
  });

  test("odd names, and more folders than stay open", (held, folder) => {
    const odd = bytesToName(Uint8Array.of(0xff, 0x0a, 0x41));
    for (let i = 0; i < 20; i++) {
      held.makeFolder(`${folder}/${odd}${i}`);
      held.symlink(odd, `${folder}/${odd}${i}/${odd}`);
    }
    for (let i = 0; i < 20; i++) assert.equal(held.readLink(`${folder}/${odd}${i}/${odd}`), odd);
    assert.equal(
      codeOf(() => held.makeFolder(`${folder}/a\0b`)),
      "EINVAL",
    );
  });

  test("failures carry Linux's codes", (held, folder) => {
    put(files, `${folder}/file`, "");
    files.symlink("loop", `${folder}/loop`);
    const cases: readonly (readonly [string, () => unknown])[] = [
      ["ENOENT", () => held.open(`${folder}/absent`, "read")],
      ["ENOENT", () => held.makeFolder(`${folder}/absent/x`)],
      ["EEXIST", () => held.makeFolder(`${folder}/file`)],
      ["EEXIST", () => held.open(`${folder}/file`, "create")],
      ["ENOTDIR", () => held.list(`${folder}/file`)],
      ["ENOTDIR", () => held.makeFolder(`${folder}/file/x`)],
      ["ELOOP", () => held.readFile(`${folder}/loop`)],
      ["ENAMETOOLONG", () => held.makeFolder(`${folder}/${"x".repeat(256)}`)],
      ["ENOENT", () => files.beneath(`${folder}/absent`)],
    ];
    for (const [code, body] of cases) assert.equal(codeOf(body), code, String(body));
  });

  test("links may lead within the folder", (held, folder) => {
    held.makeFolder(`${folder}/a`);
    held.makeFolder(`${folder}/a/b`);
    held.symlink("../..", `${folder}/a/b/up`);
    held.makeFolder(`${folder}/a/b/up/made`);
    assert.equal(files.list(folder), ["a", "made"]);
  });

  test("no operation goes through a link that leads out", (held, folder, outside) => {
    files.makeFolder(`${folder}/d`);
    files.symlink("../out", `${folder}/relative`);
    files.symlink(outside, `${folder}/absolute`);
    files.symlink("d/../../out", `${folder}/dots`);
    files.symlink("../out/file", `${folder}/toFile`);
    put(files, `${folder}/own`, "");
    for (const name of ["relative", "absolute", "dots"]) {
      for (const body of attemptsAt(held, folder, `${folder}/${name}/file`, `${folder}/${name}/new`))
        assert.equal(codeOf(body), "leads-out", String(body));
      assert.equal(
        codeOf(() => held.list(`${folder}/${name}`)),
        "leads-out",
      );
    }
    for (const body of [
      () => held.open(`${folder}/toFile`, "write"),
      () => held.setMode(`${folder}/toFile`, 0),
      () => held.statusFollowed(`${folder}/toFile`),
      () => held.readFile(`${outside}/file`),
      () => held.readFile(`${folder}/../out/file`),
      () => held.makeFolder(`${folder}x`),
    ])
      assert.equal(codeOf(body), "leads-out", String(body));
    assert.equal(held.status(`${folder}/toFile`)?.kind, "symlink");
  });

  test("a folder that is replaced by a link does not lead out", (held, folder, outside) => {
    held.makeFolder(`${folder}/d`);
    held.makeFolder(`${folder}/d/e`);
    files.removeFolder(`${folder}/d/e`);
    files.removeFolder(`${folder}/d`);
    files.symlink(outside, `${folder}/d`);
    assert.throws(() => held.makeFolder(`${folder}/d/x`));
    assert.equal(
      codeOf(() => held.setMode(`${folder}/d`, 0)),
      "leads-out",
    );
  });
}

/** Engines format identities differently. */
function identityOf(held: FilesBeneath, path: string): { readonly identity?: string } {
  const identity = held.status(path)?.identity;
  return identity === undefined ? {} : { identity };
}

/** Every operation on `file`, which exists, and `absent`, both behind a link. */
function attemptsAt(held: FilesBeneath, folder: string, file: string, absent: string): (() => unknown)[] {
  return [
    () => held.open(file, "read"),
    () => held.open(file, "write"),
    () => held.open(absent, "create"),
    () => held.status(file),
    () => held.statusFollowed(file),
    () => held.readFile(file),
    () => held.readLink(file),
    () => held.makeFolder(absent),
    () => held.removeFolder(absent),
    () => held.removeFile(file),
    () => held.rename(file, `${folder}/x`),
    () => held.rename(`${folder}/own`, absent),
    () => held.symlink("x", absent),
    () => held.link(file, `${folder}/x`),
    () => held.link(`${folder}/own`, absent),
    () => held.setMode(file, 0),
    () => held.setTime(file, 0),
    () => held.setOwner(file, 1, 1),
    () => held.makeSpecial(absent, "fifo", { major: 0, minor: 0 }),
  ];
}
