/** Lines typed before, oldest first, kept in a file from one prompt to the next. */
import { dirname } from "../base/path.ts";
import { encodeUtf8 } from "../base/text.ts";
import { readText, writeFileAtomic } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

const MOST_LINES = 1000;
const PERMISSIONS = 0o600; // a line may hold a secret

export interface History {
  readonly lines: readonly string[];
  /** Adds a line; empty ones and the one before again are left out. */
  add(line: string): void;
}

/** A file that cannot be read or written costs the history, never the prompt. */
export function openHistory(files: Files, path: string): History {
  let lines = readLines(files, path);
  let fd: number | undefined;
  return {
    get lines() {
      return lines;
    },
    add(line) {
      if (line.trim() === "" || line === lines.at(-1)) return;
      lines = [...lines, line];
      try {
        fd ??= openAtEnd(files, path);
        files.write(fd, encodeUtf8(`${line}\n`), null);
      } catch {
        // A full or read-only disk.
      }
    },
  };
}

function readLines(files: Files, path: string): readonly string[] {
  try {
    if (files.statusFollowed(path) === undefined) return [];
    return readText(files, path)
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}

/** Cut to its last lines first, so that it does not grow for ever. Throws {@link SystemError}. */
function openAtEnd(files: Files, path: string): number {
  const before = readLines(files, path);
  if (files.statusFollowed(dirname(path)) === undefined) files.makeFolder(dirname(path));
  const kept = before.slice(-MOST_LINES).map((line) => `${line}\n`);
  const text = encodeUtf8(kept.join(""));
  if (before.length > MOST_LINES) writeFileAtomic(files, path, text, PERMISSIONS);
  const fd = files.open(path, "update", PERMISSIONS);
  const rest = new Uint8Array(1 << 16);
  while (files.read(fd, rest, 0, rest.length, null) > 0); // to the end
  return fd;
}
