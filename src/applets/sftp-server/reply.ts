/** From a reply as a value to the server's message. */
import { type Attributes, attributeFields } from "./attributes.ts";
import { bytesField, messageOf, textField, u8Field, u32Field, u64Field } from "./fields.ts";
import {
  EXTENSIONS,
  MAX_DATA,
  MAX_HANDLES,
  MAX_MESSAGE,
  PROTOCOL_VERSION,
  REPLY_TYPES,
  STATUS,
  type StatusCode,
} from "./protocol.ts";

export interface NamedEntry {
  readonly name: string;
  /** For a person: a line of `ls -l`. */
  readonly longName: string;
  readonly attributes: Attributes;
}

export type Reply =
  | { readonly kind: "status"; readonly code: StatusCode; readonly message: string }
  | { readonly kind: "handle"; readonly handle: string }
  | { readonly kind: "data"; readonly data: Uint8Array }
  | { readonly kind: "names"; readonly entries: readonly NamedEntry[] }
  | { readonly kind: "attributes"; readonly attributes: Attributes }
  | { readonly kind: "limits" };

export const OK: Reply = { kind: "status", code: STATUS.ok, message: "Success" };
export const END_OF_FILE: Reply = { kind: "status", code: STATUS.endOfFile, message: "End of file" };

export function failure(message: string, code: StatusCode = STATUS.failure): Reply {
  return { kind: "status", code, message };
}

type Encoders = { readonly [K in Reply["kind"]]: (reply: Extract<Reply, { kind: K }>) => Encoded };

interface Encoded {
  readonly type: number;
  readonly fields: readonly Uint8Array[];
}

const ENCODERS: Encoders = {
  status: ({ code, message }) => ({
    type: REPLY_TYPES.status,
    fields: [u32Field(code), ...textField(message), ...textField("en")],
  }),
  handle: ({ handle }) => ({ type: REPLY_TYPES.handle, fields: textField(handle) }),
  data: ({ data }) => ({ type: REPLY_TYPES.data, fields: bytesField(data) }),
  names: ({ entries }) => ({
    type: REPLY_TYPES.name,
    fields: [u32Field(entries.length), ...entries.flatMap(entryFields)],
  }),
  attributes: ({ attributes }) => ({ type: REPLY_TYPES.attributes, fields: attributeFields(attributes) }),
  limits: () => ({
    type: REPLY_TYPES.extended,
    // OpenSSH's file PROTOCOL, section 4.8: a whole message, reading, writing, open handles
    fields: [MAX_MESSAGE, MAX_DATA, MAX_DATA, MAX_HANDLES].map(u64Field),
  }),
};

function entryFields({ name, longName, attributes }: NamedEntry): Uint8Array[] {
  return [...textField(name), ...textField(longName), ...attributeFields(attributes)];
}

/** The message that answers request `id`. */
export function replyMessage(id: number, reply: Reply): Uint8Array {
  const encode = ENCODERS[reply.kind] as (reply: Reply) => Encoded;
  const { type, fields } = encode(reply);
  return messageOf([u8Field(type), u32Field(id), ...fields]);
}

/** The answer to the client's first message. */
export function versionMessage(): Uint8Array {
  const extensions = Object.entries(EXTENSIONS).flatMap((pair) => pair.flatMap(textField));
  return messageOf([u8Field(REPLY_TYPES.version), u32Field(PROTOCOL_VERSION), ...extensions]);
}
