/** For tests only: a client's messages by hand, a session on the platform in memory, and its replies. */
import { concatBytes } from "../../base/bytes.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { type MemoryPlatform, memoryPlatform } from "../../platform/memory/platform.ts";
import type { Network } from "../../platform/network.ts";
import { type Attributes, attributeFields, readAttributes } from "./attributes.ts";
import { bytesField, FieldReader, messageOf, textField, u8Field, u32Field, u64Field } from "./fields.ts";
import { EXTENDED, INIT, PROTOCOL_VERSION, REPLY_TYPES, REQUEST_TYPES } from "./protocol.ts";
import { serve } from "./server.ts";

/** `text` and `bytes` have their length in front. */
export const field = {
  text: (text: string): Uint8Array => concatBytes(textField(text)),
  bytes: (bytes: Uint8Array | string): Uint8Array =>
    concatBytes(bytesField(typeof bytes === "string" ? encodeUtf8(bytes) : bytes)),
  u32: u32Field,
  u64: u64Field,
  attributes: (attributes: Attributes): Uint8Array => concatBytes(attributeFields(attributes)),
};

export const HELLO: Uint8Array = messageOf([u8Field(INIT), u32Field(PROTOCOL_VERSION)]);

/** A request with the id 7. */
export function request(kind: keyof typeof REQUEST_TYPES | number, ...fields: Uint8Array[]): Uint8Array {
  const type = typeof kind === "number" ? kind : REQUEST_TYPES[kind];
  return messageOf([u8Field(type), u32Field(7), ...fields]);
}

export function extended(name: string, ...fields: Uint8Array[]): Uint8Array {
  return request(EXTENDED, field.text(name), ...fields);
}

export function machine(): MemoryPlatform {
  const platform = memoryPlatform({ host: { cwd: "/home" } });
  platform.files.makeFolder("/home");
  return platform;
}

/** Sends the bytes and closes the stream. Returns all that the server has written. */
export function exchange(platform: MemoryPlatform, input: readonly Uint8Array[]): Uint8Array {
  const { files } = platform;
  files.writeFile("/input", concatBytes(input));
  const stdin = files.open("/input", "read");
  const stdout = files.open("/output", "write");
  try {
    serve({ platform, network: undefined as unknown as Network, stdin, stdout });
  } finally {
    files.close(stdin);
    files.close(stdout);
  }
  return files.readFile("/output");
}

/** The replies to the requests, each in a short form, such as `status 0` or `handle 1`. */
export function replies(platform: MemoryPlatform, ...requests: Uint8Array[]): string[] {
  const [version = "", ...rest] = describeAll(exchange(platform, [HELLO, ...requests]));
  if (!version.startsWith("version 3")) throw new Error(`wanted version 3, found ${version}`);
  return rest.map((reply) => {
    const [id, text = ""] = reply.split(/(?<=^\d+) /);
    if (id !== "7") throw new Error(`wanted the id of the request, found ${reply}`);
    return text;
  });
}

/** Every message that the server wrote, each after its id. Throws if one is cut. */
export function describeAll(output: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 0; at < output.length; ) {
    const length = new FieldReader(output.subarray(at)).u32();
    if (at + 4 + length > output.length) throw new Error("a reply is cut");
    found.push(describe(new FieldReader(output.subarray(at + 4, at + 4 + length))));
    at += 4 + length;
  }
  return found;
}

function describe(fields: FieldReader): string {
  const type = fields.u8();
  if (type === REPLY_TYPES.version) return `version ${fields.u32()} ${fields.text()}`;
  return `${fields.u32()} ${describeReply(type, fields)}`;
}

function describeReply(type: number, fields: FieldReader): string {
  switch (type) {
    case REPLY_TYPES.status:
      return `status ${fields.u32()} ${fields.text()}`;
    case REPLY_TYPES.handle:
      return `handle ${fields.text()}`;
    case REPLY_TYPES.data:
      return `data ${fields.text()}`;
    case REPLY_TYPES.name:
      return `names ${Array.from({ length: fields.u32() }, () => nameIn(fields)).join(" ")}`;
    case REPLY_TYPES.attributes:
      return `attributes ${JSON.stringify(readAttributes(fields))}`;
    case REPLY_TYPES.extended:
      return `extended ${Array.from({ length: 4 }, () => fields.u64()).join(" ")}`;
    default:
      throw new Error(`wanted a type of reply, found ${type}`);
  }
}

function nameIn(fields: FieldReader): string {
  const name = fields.text();
  fields.text();
  readAttributes(fields);
  return name;
}
