/** What the parts of the platform's contract share. */
import { assert } from "../../base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../../base/text.ts";
import type { Compression, Files, Platform } from "../platform.ts";

export interface ContractOptions {
  /** What the tests' names begin with. */
  readonly name: string;
  readonly platform: Platform;
  /** A folder that the tests may make and remove things in; it need not exist. */
  readonly folder: string;
  /** Kinds of files that can be unpacked. */
  readonly decompressors: readonly Compression[];
  /** Whether files keep holes (tmpfs, ext4, xfs, btrfs do). */
  readonly hasHoles: boolean;
  /** Whether there is a kernel to call. */
  readonly hasKernel: boolean;
  /** Sends a signal to this process. */
  readonly raise: (signal: string) => void;
  /** Has the time of files go on by at least one step of their clock. */
  readonly passTime: () => void | Promise<void>;
}

/** Declares a test that gets a fresh folder, which is removed at the end. */
export type InFolder = (name: string, body: (folder: string) => void | Promise<void>) => void;

/** The code that `body` fails with. */
export function codeOf(body: () => unknown): unknown {
  return (assert.throws(body) as Error & { readonly code?: unknown }).code;
}

export function put(files: Files, path: string, text: string): void {
  files.writeFile(path, encodeUtf8(text));
}

export const textOf = (files: Files, path: string): string => decodeUtf8(files.readFile(path));
