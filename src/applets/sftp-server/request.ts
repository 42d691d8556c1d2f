/**
 * From a client's message to a request as a value. Bytes that follow the last field are ignored, as in
 * OpenSSH's server.
 */
import { type Attributes, readAttributes } from "./attributes.ts";
import type { FieldReader } from "./fields.ts";
import { EXTENDED, EXTENSIONS, type ExtensionName, REQUEST_TYPES } from "./protocol.ts";

interface ByPath {
  readonly path: string;
}

interface ByHandle {
  readonly handle: string;
}

interface TwoPaths {
  readonly from: string;
  readonly to: string;
}

/** Paths and handles are bytes, as strings (`base/text.ts`). */
export interface RequestFields {
  readonly open: ByPath & { readonly flags: number; readonly attributes: Attributes };
  readonly close: ByHandle;
  readonly read: ByHandle & { readonly offset: number; readonly length: number };
  /** `data` is valid as long as the message. */
  readonly write: ByHandle & { readonly offset: number; readonly data: Uint8Array };
  readonly lstat: ByPath;
  readonly fstat: ByHandle;
  readonly setstat: ByPath & { readonly attributes: Attributes };
  readonly fsetstat: ByHandle & { readonly attributes: Attributes };
  readonly opendir: ByPath;
  readonly readdir: ByHandle;
  readonly remove: ByPath;
  readonly mkdir: ByPath & { readonly attributes: Attributes };
  readonly rmdir: ByPath;
  readonly realpath: ByPath;
  readonly stat: ByPath;
  readonly rename: TwoPaths;
  readonly readlink: ByPath;
  readonly symlink: ByPath & { readonly target: string };
  readonly "posix-rename@openssh.com": TwoPaths;
  readonly "hardlink@openssh.com": TwoPaths;
  readonly "fsync@openssh.com": ByHandle;
  readonly "limits@openssh.com": object;
}

export type RequestKind = keyof RequestFields;

/** A request of a kind, with its fields. */
export type Request = {
  readonly [K in RequestKind]: { readonly kind: K; readonly fields: RequestFields[K] };
}[RequestKind];

type Readers = { readonly [K in RequestKind]: (fields: FieldReader) => RequestFields[K] };

const byPath = (fields: FieldReader): ByPath => ({ path: fields.path() });
const byHandle = (fields: FieldReader): ByHandle => ({ handle: fields.text() });
const twoPaths = (fields: FieldReader): TwoPaths => ({ from: fields.path(), to: fields.path() });

/** The fields of each kind in the order of the message. */
const READERS: Readers = {
  open: (fields) => ({ path: fields.path(), flags: fields.u32(), attributes: readAttributes(fields) }),
  close: byHandle,
  read: (fields) => ({ handle: fields.text(), offset: fields.u64(), length: fields.u32() }),
  write: (fields) => ({ handle: fields.text(), offset: fields.u64(), data: fields.bytes() }),
  lstat: byPath,
  fstat: byHandle,
  setstat: (fields) => ({ path: fields.path(), attributes: readAttributes(fields) }),
  fsetstat: (fields) => ({ handle: fields.text(), attributes: readAttributes(fields) }),
  opendir: byPath,
  readdir: byHandle,
  remove: byPath,
  mkdir: (fields) => ({ path: fields.path(), attributes: readAttributes(fields) }),
  rmdir: byPath,
  realpath: byPath,
  stat: byPath,
  rename: twoPaths,
  readlink: byPath,
  // The draft has the two paths the other way round; every client does as OpenSSH (PROTOCOL, 4.1).
  symlink: (fields) => ({ target: fields.path(), path: fields.path() }),
  "posix-rename@openssh.com": twoPaths,
  "hardlink@openssh.com": twoPaths,
  "fsync@openssh.com": byHandle,
  "limits@openssh.com": () => ({}),
};

const KINDS: ReadonlyMap<number, RequestKind> = new Map(
  Object.entries(REQUEST_TYPES).map(([kind, type]) => [type, kind as keyof typeof REQUEST_TYPES]),
);

/**
 * The request in a message after its type and id. `undefined` if this server does not know its type or
 * extension. Throws `bad-message` if fields are missing or make no sense.
 */
export function readRequest(type: number, fields: FieldReader): Request | undefined {
  const kind = type === EXTENDED ? extensionOf(fields.text()) : KINDS.get(type);
  if (kind === undefined) return undefined;
  return { kind, fields: READERS[kind](fields) } as Request;
}

function extensionOf(name: string): ExtensionName | undefined {
  return Object.hasOwn(EXTENSIONS, name) ? (name as ExtensionName) : undefined;
}
