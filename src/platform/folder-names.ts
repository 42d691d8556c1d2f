/** The names in an open folder: getdents64(2). */
import { bytesToName, compareNames } from "../base/text.ts";

/** include/linux/dirent.h: struct linux_dirent64, before the name. */
const DIRENT_LENGTH_AT = 16;
const DIRENT_NAME_AT = 19;
const DIRENT_BUFFER = 32768; // what the C libraries take

/** In byte order, without `.` and `..`. `read` fills the buffer once and gives the bytes it took, 0 at the end. */
export function namesInFolder(read: (buffer: Uint8Array) => number): string[] {
  const buffer = new Uint8Array(DIRENT_BUFFER);
  const view = new DataView(buffer.buffer);
  const names: string[] = [];
  for (;;) {
    const length = read(buffer);
    if (length === 0) return names.sort(compareNames);
    for (let at = 0; at < length; at += view.getUint16(at + DIRENT_LENGTH_AT, true)) {
      const start = at + DIRENT_NAME_AT;
      const name = bytesToName(buffer.subarray(start, buffer.indexOf(0, start)));
      if (name !== "." && name !== "..") names.push(name);
    }
  }
}
