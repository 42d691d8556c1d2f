/** Runs on firmware, started by `tests/vm/efi.test.ts`: checks that every binding does what it promises. */
import { addProgram } from "bq2:firmware";
import {
  blockDevices,
  EfiError,
  GLOBAL_VARIABLE,
  getVariable,
  guid,
  loadImage,
  monotonicSeconds,
  now,
  offerFile,
  ownVolume,
  powerOff,
  setWatchdog,
  sha256,
  sleep,
  variableNames,
  variableText,
  volumes,
} from "efi";

function expect(what: string, holds: boolean): void {
  if (!holds) throw new Error(`${what}: not so`);
  console.log(`${what}: so`);
}

function codeOf(body: () => unknown): string {
  try {
    body();
    return "no error";
  } catch (error) {
    return error instanceof EfiError ? error.code : String(error);
  }
}

const volume = ownVolume();
const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);
volume.writeFile("new file.bin", bytes);
volume.writeFile("new file.bin", bytes.subarray(0, 70_000));
const back = volume.readFile("/new file.bin");
expect("a file is written, replaced and read", sha256(back) === sha256(bytes.subarray(0, 70_000)));
expect("its size is known", volume.status("new file.bin")?.size === 70_000);
expect(
  "too large a file is refused",
  /the limit is 10/.test(codeOf(() => volume.readFile("new file.bin", 10))),
);
volume.remove("new file.bin");
expect("a file is removed", volume.status("new file.bin") === undefined);
expect("what is missing has a name", codeOf(() => volume.readFile("none")) === "EFI_NOT_FOUND");
expect(
  "a folder is listed",
  volume.list("/EFI").some(({ name, isFolder }) => name === "BOOT" && isFolder),
);
expect("volumes are found", volumes().length >= 1);

const disk = blockDevices().find(({ isPartition }) => !isPartition);
const sector = disk?.read(0n, 1) ?? new Uint8Array();
expect("a disk's first block is read", sector[510] === 0x55 && sector[511] === 0xaa);
disk?.write(0n, sector);
expect("a disk has blocks", disk !== undefined && disk.blockCount > 1000n && disk.blockSize === 512);

const names = variableNames().map(variableText);
expect("variables are listed", names.includes("BootCurrent-8be4df61-93ca-11d2-aa0d-00e098032b8c"));
expect("a variable is read", getVariable({ name: "BootCurrent", vendor: GLOBAL_VARIABLE })?.length === 2);
expect("a missing variable is none", getVariable({ name: "None", vendor: GLOBAL_VARIABLE }) === undefined);

expect("the clock is right", Math.abs(now().getTime() - Date.now()) < 2000 && now().getUTCFullYear() >= 2024);
const before = monotonicSeconds();
await sleep(0.2);
const slept = monotonicSeconds() - before;
expect("sleeping takes its time", slept >= 0.2 && slept < 1);
const order: string[] = [];
setTimeout(() => order.push("later"), 50);
clearTimeout(setTimeout(() => order.push("never"), 10));
await new Promise((resolve) => setTimeout(() => resolve(0), 100));
expect("timers fire in their order", order.join() === "later");

expect("no bytes are no program", /no program section/.test(codeOf(() => addProgram(new Uint8Array()))));

setWatchdog(600);
setWatchdog(0);
expect("no program is loaded from noise", codeOf(() => loadImage("noise", bytes, undefined)) !== "no error");
const withdraw = offerFile(guid("00000000-0000-4000-8000-000000000001"), bytes);
withdraw();
const program = volume.readFile("chained.efi");
const damaged = program.slice();
const MAGIC = "bq2prog2"; // native/program.c; the runtime before the program also contains that word
let magicAt = program.length - MAGIC.length;
while (String.fromCharCode(...program.subarray(magicAt, magicAt + MAGIC.length)) !== MAGIC) magicAt--;
damaged.fill(0x55, magicAt + 20, magicAt + 200);
const huge = program.slice();
const header = new DataView(huge.buffer);
const SIZE_OF_IMAGE = 24 + 56; // Microsoft PE format, "Optional Header": after signature and COFF header
header.setUint32(header.getUint32(60, true) + SIZE_OF_IMAGE, 0x7fff_f000, true);
for (const [name, file] of Object.entries({ half: program.subarray(0, program.length / 2), huge })) {
  expect(`${name} a program is refused`, codeOf(() => loadImage(name, file, undefined)).startsWith("EFI_"));
}
expect(
  "a program whose section is damaged says so and returns",
  codeOf(() => loadImage("damaged", damaged, undefined).start()) === "EFI_DEVICE_ERROR",
);
const chained = loadImage("chained.efi", program, "some words");
expect("a program is started and returns", codeOf(() => chained.start()) === "no error");
console.log("all bindings work");
powerOff();
