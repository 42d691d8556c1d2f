/** Stands in for a Linux kernel: says what the boot loader gave it. */
import {
  bytesAt,
  EfiError,
  fromUtf16,
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

/** As Linux does it (drivers/firmware/efi/libstub/efi-stub-helper.c): the size first, then the bytes. */
function initrd(): string {
  const [handle] = handlesOf(LOAD_FILE2);
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

const options = loadOptions();
console.log(`kernel: command line ${options}`);
console.log(`kernel: initrd ${initrd()}`);
if (options.includes("fail")) leave(1);
if (!options.includes("return")) powerOff();
