/** Files on the firmware's file systems: FAT, and others that drivers add (UEFI 2.10, 13.4 and 13.5). */
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";
import { FILE_INFO, SIMPLE_FILE_SYSTEM } from "./guid.ts";
import { ownDevice } from "./images.ts";
import { handlesOf, protocolOf } from "./protocols.ts";
import { EfiError } from "./status.ts";
import { fromUtf16, Interface, type Pointer, Result, utf16 } from "./words.ts";

const OPEN_VOLUME = 8; // 13.4: EFI_SIMPLE_FILE_SYSTEM_PROTOCOL
/** 13.5: EFI_FILE_PROTOCOL. */
const FILE = { open: 8, close: 16, delete: 24, read: 32, write: 40, getInfo: 64, flush: 80 };
/** 13.5.2: modes and attributes of Open. */
const [READ, WRITE, CREATE] = [1n, 2n, 1n << 63n];
const READ_ONLY_FILE = 1n;
const FOLDER = 0x10n;
/** 13.5: EFI_FILE_INFO. */
const INFO = { fileSize: 8, attribute: 72, fileName: 80 };
const INFO_SIZE = INFO.fileName + 2 * 256; // the longest name of FAT has 255 characters

export interface FileEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isReadOnly: boolean;
  /** Bytes. */
  readonly size: number;
}

/** One file system. Paths start at its root; `/` or `\` separates names. */
export interface Volume {
  /** undefined if the path does not exist. */
  status(path: string): FileEntry | undefined;
  /** The entries of a folder, without `.` and `..`, in the firmware's order. */
  list(folder: string): FileEntry[];
  /** Throws {@link EfiError} `EFI_NOT_FOUND`…; RangeError if it exceeds `limit` bytes or the memory. */
  readFile(path: string, limit?: number): Uint8Array;
  readText(path: string, limit?: number): string;
  /** Creates or replaces a file. Not atomic: switching the machine off meanwhile leaves a part. */
  writeFile(path: string, content: Uint8Array | string): void;
  /** Removes a file or an empty folder. */
  remove(path: string): void;
}

/** The file system that this application was loaded from. */
export function ownVolume(): Volume {
  return volumeOf(ownDevice());
}

/** All file systems. */
export function volumes(): Volume[] {
  return handlesOf(SIMPLE_FILE_SYSTEM).map(volumeOf);
}

/** The file system of a device. Throws {@link EfiError} `EFI_UNSUPPORTED` if the firmware finds none. */
export function volumeOf(device: Pointer): Volume {
  const fileSystem = protocolOf(device, SIMPLE_FILE_SYSTEM);
  const within = <T>(path: string, mode: bigint, body: (file: OpenFile) => T): T => {
    const root = new Result();
    fileSystem.method("open a volume", OPEN_VOLUME, root.word);
    const folder = new OpenFile("/", root.value);
    try {
      const file = folder.open(path, mode);
      try {
        return body(file);
      } finally {
        file.close();
      }
    } finally {
      folder.close();
    }
  };
  const status = (path: string): FileEntry | undefined =>
    unlessMissing(() => within(path, READ, (file) => file.info()));
  const readFile = (path: string, limit?: number): Uint8Array =>
    within(path, READ, (file) => file.readAll(limit));
  const remove = (path: string): void => within(path, READ | WRITE, (file) => file.delete());
  return {
    status,
    list: (folder) => within(folder, READ, (file) => file.entries()),
    readFile,
    readText: (path, limit) => decodeUtf8(readFile(path, limit)),
    writeFile(path, content) {
      if (status(path) !== undefined) remove(path); // Open does not truncate
      const bytes = typeof content === "string" ? encodeUtf8(content) : content;
      within(path, READ | WRITE | CREATE, (file) => file.writeAll(bytes));
    },
    remove,
  };
}

function unlessMissing<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (error instanceof EfiError && error.code === "EFI_NOT_FOUND") return undefined;
    throw error;
  }
}

class OpenFile {
  readonly #path: string;
  readonly #protocol: Interface;
  #isOpen = true;

  constructor(path: string, at: Pointer) {
    this.#path = path;
    this.#protocol = new Interface(at);
  }

  open(path: string, mode: bigint): OpenFile {
    const found = new Result();
    const name = utf16(path.replaceAll("/", "\\"));
    this.#protocol.method(`open ${path}`, FILE.open, found.word, name, mode, 0);
    return new OpenFile(path, found.value);
  }

  close(): void {
    if (this.#isOpen) this.#protocol.method(`close ${this.#path}`, FILE.close);
    this.#isOpen = false;
  }

  /** Also closes the file. */
  delete(): void {
    this.#isOpen = false;
    const warning = this.#protocol.method(`remove ${this.#path}`, FILE.delete);
    const WRITE_PROTECTED = 8n; // 13.5.4: a file that could not be deleted is only a warning
    if (warning !== 0n) throw new EfiError(`remove ${this.#path}`, (1n << 63n) | WRITE_PROTECTED);
  }

  info(): FileEntry {
    const info = new Uint8Array(INFO_SIZE);
    const size = new Result(BigInt(info.length));
    this.#protocol.method(`look at ${this.#path}`, FILE.getInfo, FILE_INFO, size.word, info);
    return entryOf(info);
  }

  entries(): FileEntry[] {
    if (!this.info().isFolder) throw new EfiError(`list ${this.#path}`, (1n << 63n) | 3n);
    const entries: FileEntry[] = [];
    for (;;) {
      const info = new Uint8Array(INFO_SIZE);
      const size = new Result(BigInt(info.length));
      this.#protocol.method(`list ${this.#path}`, FILE.read, size.word, info);
      if (size.value === 0n) return entries;
      const entry = entryOf(info);
      if (entry.name !== "." && entry.name !== "..") entries.push(entry);
    }
  }

  readAll(limit = Number.MAX_SAFE_INTEGER): Uint8Array {
    const { size, isFolder } = this.info();
    if (isFolder) throw new RangeError(`Cannot read ${this.#path}: it is a folder`);
    if (size > limit) {
      throw new RangeError(`Cannot read ${this.#path}: it has ${size} bytes, the limit is ${limit}`);
    }
    const bytes = this.#roomFor(size);
    let done = 0;
    while (done < size) {
      const count = new Result(BigInt(size - done));
      this.#protocol.method(`read ${this.#path}`, FILE.read, count.word, bytes.subarray(done));
      if (count.value === 0n) break;
      done += Number(count.value);
    }
    return bytes.subarray(0, done);
  }

  #roomFor(size: number): Uint8Array {
    try {
      return new Uint8Array(size);
    } catch {
      throw new RangeError(`Cannot read ${this.#path}: not enough memory for its ${size} bytes`);
    }
  }

  writeAll(bytes: Uint8Array): void {
    const count = new Result(BigInt(bytes.length));
    this.#protocol.method(`write ${this.#path}`, FILE.write, count.word, bytes);
    this.#protocol.method(`write ${this.#path}`, FILE.flush);
  }
}

function entryOf(info: Uint8Array): FileEntry {
  const view = new DataView(info.buffer);
  const attributes = view.getBigUint64(INFO.attribute, true);
  return {
    name: fromUtf16(new Uint16Array(info.buffer, INFO.fileName)),
    isFolder: (attributes & FOLDER) !== 0n,
    isReadOnly: (attributes & READ_ONLY_FILE) !== 0n,
    size: Number(view.getBigUint64(INFO.fileSize, true)),
  };
}
