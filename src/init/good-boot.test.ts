import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { COUNTED_ENTRY } from "../formats/boot-tries.ts";
import { makeFolders, readText } from "../platform/files.ts";
import { markBootGood } from "./good-boot.ts";
import { testMachine } from "./test-machine.ts";

const VARIABLE = `/sys/firmware/efi/efivars/${COUNTED_ENTRY.name}-${COUNTED_ENTRY.vendor}`;
const TRIES = "/run/efi-system-partition/EFI/bq2/tries.json";

/** A machine whose boot variable names `entry`; mounting the EFI system partition shows `tries`. */
function machine(entry: string | undefined, tries: string | undefined) {
  const made = testMachine({
    ...(entry === undefined ? {} : { [VARIABLE]: `\u0006\0\0\0${entry}` }),
    "/sys/class/block/vda/uevent": "MAJOR=254\nDEVNAME=vda\n",
    "/sys/class/block/vda1/uevent": "DEVNAME=vda1\nPARTN=1\nPARTNAME=bq2-esp\n",
    "/sys/class/block/vda2/uevent": "DEVNAME=vda2\nPARTN=2\nPARTNAME=bq2-root\n",
    "/run/empty": "",
  });
  const { files } = made.platform;
  made.answers.mount = () => {
    makeFolders(files, "/run/efi-system-partition/EFI/bq2");
    if (tries !== undefined) files.writeFile(TRIES, encodeUtf8(tries));
    return 0;
  };
  const left = (): string | undefined =>
    files.status(TRIES) === undefined ? undefined : readText(files, TRIES);
  return { ...made, left };
}

test("the running entry gets its tries back, the others keep theirs", () => {
  const { platform, calls, left } = machine("new", '{"new":0,"old":1}\n');
  assert.equal(markBootGood(platform), "new");
  assert.equal(left(), '{"old":1}\n');
  assert.match(calls[0] ?? "", /^mount \/dev\/vda1 \/run\/efi-system-partition vfat 14 /);
  assert.equal(calls.at(-1), "umount2 /run/efi-system-partition 0");
});

test("without other entries the file is removed", () => {
  const { platform, left } = machine("new", '{"new":0}\n');
  markBootGood(platform);
  assert.equal(left(), undefined);
});

test("a boot that is not counted touches no disk", () => {
  const { platform, calls } = machine(undefined, '{"new":0}\n');
  assert.equal(markBootGood(platform), undefined);
  assert.equal(calls, []);
});

test("missing, damaged and huge counts stay as they are", () => {
  for (const tries of [undefined, "", "{", '{"old":1}\n', `{"new":0}${" ".repeat(2 ** 16)}`]) {
    const { platform, calls, left } = machine("new", tries);
    markBootGood(platform);
    assert.equal(left(), tries);
    assert.equal(calls.at(-1), "umount2 /run/efi-system-partition 0");
  }
});

test("a missing partition is an error that says what to do", () => {
  const { platform } = machine("new", undefined);
  platform.files.removeFile("/sys/class/block/vda1/uevent");
  platform.files.removeFolder("/sys/class/block/vda1");
  assert.throws(() => markBootGood(platform), /Cannot reset the tries of new: no partition is named bq2-esp/);
});
