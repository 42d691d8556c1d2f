import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { makeFolders } from "./files.ts";
import { emulates, requirePrograms, runsPrograms } from "./foreign-programs.ts";
import { memoryPlatform } from "./memory/platform.ts";

/** As Debian's qemu-user-static registers it. */
const ENTRY = `enabled
interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P
flags: POCF
offset 0
magic 7f454c460201010000000000000000000200b700
mask ffffffffffffff00fffffffffffffffffeffffff
`;

test("a binfmt_misc entry says what its emulator runs", () => {
  assert.ok(emulates(ENTRY, "aarch64"));
  assert.ok(!emulates(ENTRY, "x86_64"));
  assert.ok(!emulates(ENTRY.replace("enabled", "disabled"), "aarch64"));
  assert.ok(!emulates(ENTRY.replace("POCF", "PO"), "aarch64"), "its file is not there in a namespace");
});

test("a machine runs its own programs and those for which its kernel has an emulator", () => {
  const platform = memoryPlatform();
  assert.ok(runsPrograms(platform, "x86_64"));
  const error = assert.throws(() => requirePrograms(platform, "aarch64", "a seed of aarch64"));
  assert.match(String(error), /Cannot use a seed of aarch64: this machine is x86_64/);
  const folder = "/proc/sys/fs/binfmt_misc";
  makeFolders(platform.files, folder);
  platform.files.writeFile(`${folder}/register`, encodeUtf8("not to be read"));
  platform.files.writeFile(`${folder}/qemu-aarch64`, encodeUtf8(ENTRY));
  requirePrograms(platform, "aarch64", "a seed of aarch64");
});
