/**
 * Files that other applications load by a device path (UEFI 2.10, 13.2: EFI_LOAD_FILE2_PROTOCOL). A Linux
 * kernel gets its initial RAM disk this way (Linux, Documentation/arch/x86/boot.rst; include/linux/efi.h,
 * LINUX_EFI_INITRD_MEDIA_GUID).
 */
import { callback } from "bq2:firmware";
import { concatBytes } from "../base/bytes.ts";
import { DEVICE_PATH, guid, guidText, LOAD_FILE2 } from "./guid.ts";
import { installProtocol, removeProtocol } from "./protocols.ts";
import { errorStatus } from "./status.ts";
import { bytesAt, viewAt } from "./words.ts";

const LINUX_INITRD_MEDIA = guid("5568e427-68fc-4f3d-ac74-ca555231cc68");

/** 10.3.1: header of a node (type, subtype, length); 10.3.5.3: vendor-defined media; 10.3.1: the end. */
const VENDOR_MEDIA_HEADER = Uint8Array.of(4, 3, 20, 0);
const END_NODE = Uint8Array.of(0x7f, 0xff, 4, 0);

interface Offer {
  content: Uint8Array;
  readonly path: Uint8Array;
  /** EFI_LOAD_FILE2_PROTOCOL: one function. */
  readonly protocol: BigUint64Array;
}

/** By the GUID of the node. Each is made only once, since callbacks are never released. */
const offers = new Map<string, Offer>();

/**
 * Offers `content` under the device path of one vendor-defined media node; call the result to withdraw it.
 */
export function offerFile(vendor: Uint8Array, content: Uint8Array): () => void {
  const name = guidText(vendor);
  const offer = offers.get(name) ?? makeOffer(vendor);
  offers.set(name, offer);
  offer.content = content;
  const handle = installProtocol(undefined, DEVICE_PATH, offer.path);
  installProtocol(handle, LOAD_FILE2, offer.protocol);
  return () => {
    removeProtocol(handle, LOAD_FILE2, offer.protocol);
    removeProtocol(handle, DEVICE_PATH, offer.path);
  };
}

function makeOffer(vendor: Uint8Array): Offer {
  const loadFile = callback((_this, _path, isBootPolicy = 0n, sizeAt = 0n, buffer = 0n) => {
    const { content } = offer;
    if ((isBootPolicy & 0xffn) !== 0n) return errorStatus("EFI_UNSUPPORTED"); // 13.2.2: only false is allowed
    const size = viewAt(sizeAt, 8);
    const room = size.getBigUint64(0, true);
    size.setBigUint64(0, BigInt(content.length), true);
    if (buffer === 0n || room < BigInt(content.length)) return errorStatus("EFI_BUFFER_TOO_SMALL");
    bytesAt(buffer, content.length).set(content);
    return 0;
  });
  const offer: Offer = {
    content: new Uint8Array(),
    path: concatBytes([VENDOR_MEDIA_HEADER, vendor, END_NODE]),
    protocol: BigUint64Array.of(loadFile),
  };
  return offer;
}

/** Offers `content` as the initial RAM disk of Linux kernels; call the result to withdraw it. */
export function offerInitrd(content: Uint8Array): () => void {
  return offerFile(LINUX_INITRD_MEDIA, content);
}
