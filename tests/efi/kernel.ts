/** Takes the place of a Linux kernel: prints what the boot loader gave it. */
import {
  bytesAt,
  DEVICE_PATH,
  EfiError,
  fromUtf16,
  getVariable,
  guid,
  guidText,
  handlesOf,
  LOAD_FILE2,
  leave,
  ownImage,
  powerOff,
  protocolOf,
  Result,
  sha256,
  viewAt,
} from "efi";

/** UEFI 2.10, 9.1: EFI_LOADED_IMAGE_PROTOCOL. */
function loadOptions(): string {
  const image = ownImage();
  const size = viewAt(image.at + 48n, 4).getUint32(0, true);
  if (size === 0) return "none";
  return fromUtf16(new Uint16Array(bytesAt(image.word(56), size).slice().buffer));
}

/** include/linux/efi.h: LINUX_EFI_INITRD_MEDIA_GUID, in the device path of one vendor-defined media node. */
const INITRD_MEDIA = "5568e427-68fc-4f3d-ac74-ca555231cc68";

/** Devices with a ROM also have the protocol. */
function offersInitrd(handle: bigint): boolean {
  const path = bytesAt(protocolOf(handle, DEVICE_PATH).at, 20);
  return path[0] === 4 && path[1] === 3 && guidText(path.subarray(4)) === INITRD_MEDIA;
}

/** Like Linux (drivers/firmware/efi/libstub/efi-stub-helper.c), asks for the size, then for the bytes. */
function initrd(): string {
  const handle = handlesOf(LOAD_FILE2).find(offersInitrd);
  if (handle === undefined) return "none";
  const protocol = protocolOf(handle, LOAD_FILE2);
  const size = new Result();
  const load = (buffer: Uint8Array | null): string => {
    try {
      protocol.method("load the file", 0, 0n, false, size.word, buffer);
      return "done";
    } catch (error) {
      return error instanceof EfiError ? error.code : String(error);
    }
  };
  if (load(null) !== "EFI_BUFFER_TOO_SMALL") return "no size";
  const bytes = new Uint8Array(Number(size.value));
  return load(bytes) === "done" ? `${bytes.length} bytes, ${sha256(bytes)}` : "not loaded";
}

/** src/formats/boot-tries.ts: COUNTED_ENTRY. */
function countedEntry(): string {
  const vendor = guid("b92e0c3a-6d1f-4f58-9c0e-5b2a71e4d683");
  const title = getVariable({ name: "Bq2CountedEntry", vendor });
  return title === undefined ? "none" : String.fromCharCode(...title);
}

const options = loadOptions();
console.log(`kernel: command line ${options}`);
console.log(`kernel: initrd ${initrd()}`);
console.log(`kernel: counted as ${countedEntry()}`);
if (options.includes("fail")) leave(1);
if (!options.includes("return")) powerOff();
