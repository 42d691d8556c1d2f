/** Starts a kernel: reads and verifies its files, offers the initial RAM disk, passes the command line. */
import { Bq2Error } from "../../base/error.ts";
import type { BootEntry, BootFileRef } from "../../formats/boot-entries.ts";
import { sha256 } from "../digest.ts";
import type { Volume } from "../files.ts";
import { loadImage } from "../images.ts";
import { offerInitrd } from "../load-file2.ts";

/** Returns only if the kernel does. Throws Bq2Error `bad-digest`, and EfiError if the firmware refuses it. */
export function startEntry(volume: Volume, { kernel, initrd, commandLine }: BootEntry): void {
  const kernelFile = readVerified(volume, kernel);
  const initrdFile = initrd === null ? undefined : readVerified(volume, initrd);
  const image = loadImage(kernel.path, kernelFile, commandLine ?? undefined);
  const withdraw = initrdFile === undefined ? () => {} : offerInitrd(initrdFile);
  try {
    image.start();
  } finally {
    withdraw();
  }
}

function readVerified(volume: Volume, { path, sha256: wanted }: BootFileRef): Uint8Array {
  const content = volume.readFile(path);
  const found = sha256(content);
  if (found === wanted) return content;
  throw new Bq2Error(`Cannot use ${path}: its sha256 is ${found}, ${wanted} wanted`, { code: "bad-digest" });
}
