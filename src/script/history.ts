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
  let isTooLong = lines.length > MOST_LINES;
  return {
    get lines() {
      return lines;
    },
    add(line) {
      if (line.trim() === "" || line === lines.at(-1)) return;
      lines = [...lines, line];
      try {
        if (isTooLong) cut(files, path);
        isTooLong = false;
        append(files, path, line);
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

/** To its last lines, those of other prompts included, so that it does not grow for ever. Throws {@link SystemError}. */
function cut(files: Files, path: string): void {
  const kept = readLines(files, path).slice(-MOST_LINES);
  writeFileAtomic(files, path, kept.map((line) => `${line}\n`).join(""), PERMISSIONS);
}

/** Puts a line at the end of the file. Throws {@link SystemError}. */
function append(files: Files, path: string, line: string): void {
  if (files.statusFollowed(dirname(path)) === undefined) files.makeFolder(dirname(path));
  const fd = files.open(path, "update", PERMISSIONS);
  try {
    files.write(fd, encodeUtf8(`${line}\n`), files.statusFollowed(path)?.size ?? 0);
  } finally {
    files.close(fd);
  }
}
