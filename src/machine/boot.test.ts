import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { encodeQcow2Header } from "../formats/qcow2/qcow2.ts";
import { makeFolders } from "../platform/files.ts";
import { type MemoryPlatform, memoryPlatform } from "../platform/memory/platform.ts";
import { type BootOptions, boot, bootArgv } from "./boot.ts";

const QCOW2_START = encodeQcow2Header({
  virtualSize: 2 ** 30,
  l1Entries: 2,
  l1Offset: 2 ** 16,
  refcountTableOffset: 2 ** 17,
  refcountTableClusters: 1,
});

const OPTIONS: BootOptions = {
  image: "/out/disk.qcow2",
  arch: "x86_64",
  acceleration: "tcg",
  memoryMiB: 1024,
  keepChanges: false,
};

/** A machine with QEMU, Fedora's firmware and an image that starts with the given bytes. */
function machine(imageStart: Uint8Array = QCOW2_START): MemoryPlatform {
  const platform = memoryPlatform();
  const { files } = platform;
  for (const folder of ["/out", "/usr/share/edk2/ovmf"]) makeFolders(files, folder);
  files.writeFile("/out/disk.qcow2", imageStart);
  files.writeFile("/usr/share/edk2/ovmf/OVMF_CODE.fd", new Uint8Array(8));
  files.writeFile("/usr/share/edk2/ovmf/OVMF_VARS.fd", new Uint8Array(8));
  platform.programs.set("qemu-system-x86_64", () => 0);
  return platform;
}

function codeOf(body: () => unknown): unknown {
  return (assert.throws(body) as Error & { readonly code?: string }).code;
}

test("the argv names the program found, the firmware found and the image by its format", () => {
  const argv = bootArgv(machine(), OPTIONS);
  assert.equal(argv[0], "/usr/bin/qemu-system-x86_64");
  assert.ok(argv.some((word) => word.endsWith("readonly=on,file=/usr/share/edk2/ovmf/OVMF_CODE.fd")));
  assert.ok(argv.some((word) => word.includes("format=qcow2") && word.endsWith("file=/out/disk.qcow2")));
});

test("a raw disk is known by its partition table", () => {
  const start = new Uint8Array(1024);
  start.set(encodeUtf8("EFI PART"), 512);
  const argv = bootArgv(machine(start), OPTIONS);
  assert.ok(argv.some((word) => word.includes("format=raw") && word.endsWith("file=/out/disk.qcow2")));
});

test("anything but a disk is refused", () => {
  assert.equal(
    codeOf(() => bootArgv(machine(encodeUtf8("<html>")), OPTIONS)),
    "not-a-disk",
  );
  assert.equal(
    codeOf(() => bootArgv(machine(new Uint8Array(0)), OPTIONS)),
    "not-a-disk",
  );
  assert.equal(
    codeOf(() => bootArgv(machine(), { ...OPTIONS, image: "/out" })),
    "not-a-disk",
  );
  assert.equal(
    codeOf(() => bootArgv(machine(), { ...OPTIONS, image: "/out/other" })),
    "no-image",
  );
});

test("a missing program or firmware names the package to install", () => {
  const bare = machine();
  bare.programs.clear();
  const noProgram = assert.throws(() => bootArgv(bare, OPTIONS), /qemu-system-x86_64 was not found/);
  assert.equal((noProgram as Error & { hint?: string }).hint, "apt-get install qemu-system-x86");

  const noStore = machine();
  noStore.files.removeFile("/usr/share/edk2/ovmf/OVMF_VARS.fd");
  const noFirmware = assert.throws(() => bootArgv(noStore, OPTIONS), /UEFI firmware .* was not found/);
  assert.equal((noFirmware as Error & { hint?: string }).hint, "apt-get install ovmf");
});

test("kvm needs /dev/kvm and the machine's own architecture", () => {
  const kvm = { ...OPTIONS, acceleration: "kvm" } as const;
  assert.throws(() => bootArgv(machine(), kvm), /no \/dev\/kvm/);
  assert.throws(() => bootArgv(machine(), { ...kvm, arch: "aarch64" }), /the image is for aarch64/);
  const able = machine();
  makeFolders(able.files, "/dev");
  able.files.writeFile("/dev/kvm", new Uint8Array(0));
  assert.ok(bootArgv(able, kvm).includes("kvm"));
});

test("booting returns QEMU's exit code and says how to leave", async () => {
  const platform = machine();
  platform.programs.set("qemu-system-x86_64", () => 3);
  assert.equal(await boot(platform, OPTIONS), 3);
  assert.match(platform.written.error, /Ctrl-A X leaves/);
  assert.match(platform.written.error, /is discarded at the end/);
});

test("an image that takes bytes from another file of this machine is refused", () => {
  const withBacking = QCOW2_START.slice();
  new DataView(withBacking.buffer).setBigUint64(8, 512n); // backing_file_offset
  assert.equal(
    codeOf(() => bootArgv(machine(withBacking), OPTIONS)),
    "other-files",
  );
  const withDataFile = QCOW2_START.slice();
  new DataView(withDataFile.buffer).setBigUint64(72, 4n); // incompatible_features
  assert.equal(
    codeOf(() => bootArgv(machine(withDataFile), OPTIONS)),
    "other-files",
  );
});
