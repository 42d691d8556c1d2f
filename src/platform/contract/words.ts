/** Shared by the parts of the platform's contract. */
import { assert } from "../../base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../../base/text.ts";
import type { Compression, Files, Platform } from "../platform.ts";

export interface ContractOptions {
  /** Prefix of the tests' names. */
  readonly name: string;
  readonly platform: Platform;
  /** A folder in which the tests may make and remove things; it need not exist. */
  readonly folder: string;
  /** The formats that the platform can decompress. */
  readonly decompressors: readonly Compression[];
  /** Whether files keep holes (tmpfs, ext4, xfs, btrfs do). */
  readonly hasHoles: boolean;
  /** Whether there is a kernel to call. */
  readonly hasKernel: boolean;
  /** Sends a signal to this process. */
  readonly raise: (signal: string) => void;
  /** Advances the time of files by at least one tick of their clock. */
  readonly passTime: () => void | Promise<void>;
}

/** Declares a test with a new folder, which is removed at the end. */
export type InFolder = (name: string, body: (folder: string) => void | Promise<void>) => void;

/** The code with which `body` fails. */
export function codeOf(body: () => unknown): unknown {
  return (assert.throws(body) as Error & { readonly code?: unknown }).code;
}

export function put(files: Files, path: string, text: string): void {
  files.writeFile(path, encodeUtf8(text));
}

export const textOf = (files: Files, path: string): string => decodeUtf8(files.readFile(path));
