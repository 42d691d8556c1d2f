import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import type { Tree } from "../formats/tree.ts";
import { withMountPoints } from "../image/mount-points.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { type FolderTreeOptions, folderTree } from "./folder-tree.ts";
import { OpenFiles } from "./open-files.ts";

const AS_ON_DISK: FolderTreeOptions = { owners: "disk", times: "disk" };

function treeOf(
  fill: (files: ReturnType<typeof memoryPlatform>["files"]) => void,
  options: FolderTreeOptions = AS_ON_DISK,
): Tree {
  const { files } = memoryPlatform();
  files.makeFolder("/root");
  fill(files);
  return folderTree(files, new OpenFiles(files), "/root", options);
}

function paths(tree: Tree): string[] {
  return tree.map(({ path, kind }) => `${kind} ${path}`);
}

test("a folder comes before its contents, siblings in byte order", () => {
  const tree = treeOf((files) => {
    for (const folder of ["b", "a", "a/z"]) files.makeFolder(`/root/${folder}`);
    for (const file of ["a.b", "a/z/1", "B"]) files.writeFile(`/root/${file}`, new Uint8Array(1));
    files.symlink("anywhere/../at all", "/root/a/link");
  });
  const wanted = ["file B", "folder a", "symlink a/link", "folder a/z", "file a/z/1", "file a.b", "folder b"];
  assert.equal(paths(tree), ["folder ", ...wanted]);
});

test("further names of a file are hard links to its first", () => {
  const tree = treeOf((files) => {
    files.writeFile("/root/second", encodeUtf8("same"));
    files.link("/root/second", "/root/first");
    files.writeFile("/root/other", encodeUtf8("same"));
  });
  assert.equal(paths(tree), ["folder ", "file first", "file other", "hardlink second"]);
  const [, , , link] = tree;
  assert.equal(link?.kind === "hardlink" && link.target, "first");
});

test("owners, times and attributes are the disk's, or those requested", () => {
  const fill = (files: ReturnType<typeof memoryPlatform>["files"]) => {
    files.writeFile("/root/f", new Uint8Array(3), 0o644);
    files.setOwner("/root/f", 12, 34);
    files.setTime("/root/f", -1.5);
    files.setMode("/root/f", 0o4755);
    files.setAttribute("/root/f", "user.x", Uint8Array.of(1));
  };
  const [, onDisk] = treeOf(fill);
  assert.equal([onDisk?.uid, onDisk?.gid, onDisk?.mtime, onDisk?.mode], [12, 34, -2, 0o4755]);
  assert.equal(onDisk?.attributes, new Map([["user.x", Uint8Array.of(1)]]));
  const [, fixed] = treeOf(fill, { owners: "root", times: 99 });
  assert.equal([fixed?.uid, fixed?.gid, fixed?.mtime, fixed?.mode], [0, 0, 99, 0o4755]);
});

test("holes are kept", () => {
  const tree = treeOf((files) => {
    const fd = files.open("/root/sparse", "write");
    files.write(fd, Uint8Array.of(1), 1_000_000);
    files.close(fd);
  });
  const sparse = tree[1];
  assert.ok(sparse?.kind === "file");
  const [range, ...others] = sparse.content.ranges();
  assert.equal(others, []);
  assert.ok((range?.offset ?? 0) > 900_000);
});

test("anything but a folder is refused", () => {
  const { files } = memoryPlatform();
  files.writeFile("/file", new Uint8Array(1));
  assert.throws(() => folderTree(files, new OpenFiles(files), "/file", AS_ON_DISK), /not a folder/);
});

test("missing mount points are added where they belong, others left alone", () => {
  const tree = treeOf((files) => {
    for (const folder of ["bin", "dev-more", "proc", "proc/x", "usr"]) files.makeFolder(`/root/${folder}`);
    files.symlink("var/tmp", "/root/tmp");
  });
  const whole = withMountPoints(tree, 5);
  const names = ["bin", "dev", "dev-more", "proc", "proc/x", "run", "sys", "tmp", "usr"];
  assert.equal(
    whole.map(({ path }) => path),
    ["", ...names],
  );
  assert.equal(whole.find(({ path }) => path === "tmp")?.kind, "symlink");
  assert.equal(whole.find(({ path }) => path === "sys")?.mode, 0o555);
  assert.equal(whole.find(({ path }) => path === "dev")?.mtime, 5);
});
