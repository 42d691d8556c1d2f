/** Lines typed earlier, oldest first, kept in a file between prompts. */
import { dirname } from "../base/path.ts";
import { encodeUtf8 } from "../base/text.ts";
import { readText, writeFileAtomic } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

const MOST_LINES = 1000;
const PERMISSIONS = 0o600; // a line may contain a secret

export interface History {
  readonly lines: readonly string[];
  /** Adds a line, unless it is empty or the same as the last one. */
  add(line: string): void;
}

/** If the file cannot be read or written, the prompt works without it. */
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

/**
 * Cuts the file to its last lines, those of other prompts included, to limit its size. Throws SystemError.
 */
function cut(files: Files, path: string): void {
  const kept = readLines(files, path).slice(-MOST_LINES);
  writeFileAtomic(files, path, kept.map((line) => `${line}\n`).join(""), PERMISSIONS);
}

/** Appends a line to the file. Throws SystemError. */
function append(files: Files, path: string, line: string): void {
  if (files.statusFollowed(dirname(path)) === undefined) files.makeFolder(dirname(path));
  const fd = files.open(path, "update", PERMISSIONS);
  try {
    files.write(fd, encodeUtf8(`${line}\n`), files.statusFollowed(path)?.size ?? 0);
  } finally {
    files.close(fd);
  }
}
