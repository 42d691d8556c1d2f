/**
 * A file tree as a value: one shape for the contents of a tar archive, an ext4 image or a folder. Readers
 * make it and writers take it; neither knows the other.
 */

/** The bytes of one file, read when they are needed. */
export interface Content {
  readonly size: number;
  /** Parts that hold data, ascending and not adjacent; everything between them reads as zeros. */
  readonly ranges: () => readonly { readonly offset: number; readonly length: number }[];
  /** Fills `buffer[start, start + length)` with the bytes at `offset`; the range must be within `size`. */
  read(buffer: Uint8Array, start: number, length: number, offset: number): void;
}

interface EntryBase {
  /** Relative, `/` between names, no leading or trailing `/`, no `.` or `..`; the root itself is `""`. */
  readonly path: string;
  /** Permission bits with setuid, setgid and sticky: 0o0000 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970 (negative before). */
  readonly mtime: number;
  /** Full names (`user.x`, `security.capability`, `system.posix_acl_access`…) in byte order. */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
}

export type Entry =
  | (EntryBase & { readonly kind: "file"; readonly content: Content })
  | (EntryBase & { readonly kind: "folder" })
  | (EntryBase & { readonly kind: "symlink"; readonly target: string })
  /** Another name of the file at `target` (a path as in `path`), which comes earlier in the tree. */
  | (EntryBase & { readonly kind: "hardlink"; readonly target: string })
  | (EntryBase & { readonly kind: "char" | "block"; readonly major: number; readonly minor: number })
  | (EntryBase & { readonly kind: "fifo" | "socket" });

/**
 * A tree, depth first: the root first, each folder before its contents, siblings in byte order. Every parent
 * is present, no path occurs twice.
 */
export type Tree = readonly Entry[];

export const NO_ATTRIBUTES: ReadonlyMap<string, Uint8Array> = new Map();

/** Content that is held in memory. */
export function contentOf(bytes: Uint8Array): Content {
  return {
    size: bytes.length,
    ranges: () => (bytes.length === 0 ? [] : [{ offset: 0, length: bytes.length }]),
    read: (buffer, start, length, offset) => buffer.set(bytes.subarray(offset, offset + length), start),
  };
}
