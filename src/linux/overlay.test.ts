import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { forgetOverlay, upperChanges } from "./overlay.ts";

test("whiteouts of both kinds and opaque folders are recognized, and what only resembles them is not", () => {
  const { files } = memoryPlatform();
  const note = (path: string, name: string, value: string): void =>
    files.setAttribute(path, `user.overlay.${name}`, encodeUtf8(value));
  files.makeFolder("/upper");
  files.makeSpecial("/upper/a-device", "char", { major: 0, minor: 0 });
  files.writeFile("/upper/b-note", new Uint8Array());
  note("/upper/b-note", "whiteout", "y");
  files.makeSpecial("/upper/c-real", "char", { major: 1, minor: 3 });
  files.writeFile("/upper/d-empty", new Uint8Array());
  for (const name of ["e-opaque", "f-holds-notes", "g-plain"]) files.makeFolder(`/upper/${name}`);
  note("/upper/e-opaque", "opaque", "y");
  note("/upper/f-holds-notes", "opaque", "x");
  files.writeFile("/upper/g-plain/inner", new Uint8Array(3));

  const changes = Array.from(upperChanges({ files }, "/upper"), (change) => [
    change.path,
    change.kind === "removed" ? "removed" : `${change.status.kind}${change.isOpaque ? " opaque" : ""}`,
  ]);
  assert.equal(changes, [
    ["a-device", "removed"],
    ["b-note", "removed"],
    ["c-real", "char"],
    ["d-empty", "file"],
    ["e-opaque", "folder opaque"],
    ["f-holds-notes", "folder"],
    ["g-plain", "folder"],
    ["g-plain/inner", "file"],
  ]);
});

test("forgetOverlay removes overlayfs's attributes and no others", () => {
  const { files } = memoryPlatform();
  files.writeFile("/file", new Uint8Array());
  files.setAttribute("/file", "user.overlay.origin", Uint8Array.of(1));
  files.setAttribute("/file", "user.mine", Uint8Array.of(2));
  forgetOverlay(files, "/file");
  assert.equal([...files.attributes("/file").keys()], ["user.mine"]);
});
