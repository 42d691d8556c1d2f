import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { findAccount, findGroup, groupIds } from "./accounts.ts";

function filesWith(passwd: string, group: string) {
  const { files } = memoryPlatform();
  files.makeFolder("/etc");
  files.writeFile("/etc/passwd", encodeUtf8(passwd));
  files.writeFile("/etc/group", encodeUtf8(group));
  return files;
}

test("an account has its ids, home and shell, and the groups that list it", () => {
  const files = filesWith(
    "root:*:0:0:root:/root:/bin/sh\nnotes:*:1000:1000::/var/lib/notes:\nodd:*:x:0::/:\n",
    "root:x:0:\nnotes:x:1000:\nweb:x:33:root,notes\nlog:x:4:notes2\n",
  );
  const notes = findAccount(files, "notes");
  assert.equal(notes, { name: "notes", uid: 1000, gid: 1000, home: "/var/lib/notes", shell: "/bin/sh" });
  if (notes !== undefined) assert.equal(groupIds(files, notes), [1000, 33]);
  assert.equal([findAccount(files, "odd"), findAccount(files, "note")], [undefined, undefined]);
  assert.equal([findGroup(files, "web"), findGroup(files, "nobody")], [33, undefined]);
});

test("without the files there is nobody", () => {
  const { files } = memoryPlatform();
  assert.equal([findAccount(files, "root"), findGroup(files, "root")], [undefined, undefined]);
});
