/**
 * On-disk structures as tables: fields in on-disk order, each with its width. The stated size of the whole is
 * checked when the table is made. Numbers are JavaScript numbers; a 64-bit field above 2^53 throws, it is
 * never rounded.
 */

/** Reads and writes one field of a fixed width. */
export interface Field<T> {
  readonly size: number;
  readonly zero: T;
  read(view: DataView, offset: number): T;
  write(view: DataView, offset: number, value: T): void;
}

type FieldTable = { readonly [name: string]: Field<unknown> };

/** The values of a table: one property per field. */
export type StructValues<F extends FieldTable> = {
  [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

export interface Struct<F extends FieldTable> {
  readonly name: string;
  readonly size: number;
  /** Byte offset of each field from the start of the structure. */
  readonly offsets: { readonly [K in keyof F]: number };
  /** A new array of `size` bytes; a field that is left out is zero. */
  encode(values: Partial<StructValues<F>>): Uint8Array;
  /** Writes into `bytes` at `offset`; a field that is left out becomes zero. */
  encodeInto(bytes: Uint8Array, offset: number, values: Partial<StructValues<F>>): void;
  /** Throws `RangeError` where fewer than `size` bytes follow `offset`. */
  decode(bytes: Uint8Array, offset?: number): StructValues<F>;
}

/**
 * A structure of exactly `size` bytes.
 *
 * @example
 * const Signature = struct("QCOW2 magic", 8, { magic: u32be, version: u32be });
 * Signature.encode({ magic: 0x514649fb, version: 3 });
 */
export function struct<F extends FieldTable>(name: string, size: number, fields: F): Struct<F> {
  const offsets: Record<string, number> = {};
  let end = 0;
  for (const [key, field] of Object.entries(fields)) {
    offsets[key] = end;
    end += field.size;
  }
  if (end !== size) throw new RangeError(`Cannot lay out ${name}: fields take ${end} bytes, stated ${size}`);

  const viewOf = (bytes: Uint8Array, offset: number): DataView => {
    if (offset < 0 || offset + size > bytes.length) {
      throw new RangeError(`Cannot reach ${name} at ${offset}: ${size} bytes wanted, found ${bytes.length}`);
    }
    return new DataView(bytes.buffer, bytes.byteOffset + offset, size);
  };
  const encodeInto: Struct<F>["encodeInto"] = (bytes, offset, values) => {
    const view = viewOf(bytes, offset);
    for (const key in fields) {
      const field = fields[key] as Field<unknown>;
      field.write(view, offsets[key] as number, values[key] ?? field.zero);
    }
  };
  return {
    name,
    size,
    offsets: offsets as { readonly [K in keyof F]: number },
    encodeInto,
    encode(values) {
      const bytes = new Uint8Array(size);
      encodeInto(bytes, 0, values);
      return bytes;
    },
    decode(bytes, offset = 0) {
      const view = viewOf(bytes, offset);
      const values: Record<string, unknown> = {};
      for (const key in fields)
        values[key] = (fields[key] as Field<unknown>).read(view, offsets[key] as number);
      return values as StructValues<F>;
    },
  };
}

function integer(
  size: number,
  read: (view: DataView, offset: number) => number,
  write: (view: DataView, offset: number, value: number) => void,
): Field<number> {
  const limit = 2 ** (8 * size);
  return {
    size,
    zero: 0,
    read,
    write(view, offset, value) {
      if (!Number.isSafeInteger(value) || value < 0 || value >= limit) {
        throw new RangeError(`Cannot store ${value} in ${size} unsigned bytes`);
      }
      write(view, offset, value);
    },
  };
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`Cannot read ${value}: above 2^53`);
  return Number(value);
}

export const u8: Field<number> = integer(
  1,
  (v, o) => v.getUint8(o),
  (v, o, x) => v.setUint8(o, x),
);
export const u16: Field<number> = integer(
  2,
  (v, o) => v.getUint16(o, true),
  (v, o, x) => v.setUint16(o, x, true),
);
export const u32: Field<number> = integer(
  4,
  (v, o) => v.getUint32(o, true),
  (v, o, x) => v.setUint32(o, x, true),
);
export const u64: Field<number> = integer(
  8,
  (v, o) => safe(v.getBigUint64(o, true)),
  (v, o, x) => v.setBigUint64(o, BigInt(x), true),
);
export const u16be: Field<number> = integer(
  2,
  (v, o) => v.getUint16(o),
  (v, o, x) => v.setUint16(o, x),
);
export const u32be: Field<number> = integer(
  4,
  (v, o) => v.getUint32(o),
  (v, o, x) => v.setUint32(o, x),
);
export const u64be: Field<number> = integer(
  8,
  (v, o) => safe(v.getBigUint64(o)),
  (v, o, x) => v.setBigUint64(o, BigInt(x)),
);

/** Exactly `size` raw bytes; a shorter value is padded with zeros, a longer one throws. */
export function bytes(size: number): Field<Uint8Array> {
  return {
    size,
    zero: new Uint8Array(0),
    read: (view, offset) => new Uint8Array(view.buffer, view.byteOffset + offset, size).slice(),
    write(view, offset, value) {
      if (value.length > size) throw new RangeError(`Cannot store ${value.length} bytes in ${size}`);
      const target = new Uint8Array(view.buffer, view.byteOffset + offset, size);
      target.fill(0);
      target.set(value);
    },
  };
}

/** ASCII in exactly `size` bytes, padded with `pad` (NUL by default); reading drops the padding. */
export function ascii(size: number, pad = "\0"): Field<string> {
  const raw = bytes(size);
  const padByte = pad.charCodeAt(0);
  return {
    size,
    zero: "",
    read(view, offset) {
      let end = size;
      while (end > 0 && view.getUint8(offset + end - 1) === padByte) end--;
      let text = "";
      for (let i = 0; i < end; i++) text += String.fromCharCode(view.getUint8(offset + i));
      return text;
    },
    write(view, offset, value) {
      if (/[^\x20-\x7e]/.test(value)) throw new RangeError(`Cannot store "${value}": not printable ASCII`);
      raw.write(
        view,
        offset,
        Uint8Array.from(value.padEnd(size, pad), (c) => c.charCodeAt(0)),
      );
    },
  };
}

/** `size` bytes that are written as zeros and ignored when read. */
export function reserved(size: number): Field<undefined> {
  return {
    size,
    zero: undefined,
    read: () => undefined,
    write: (view, offset) => new Uint8Array(view.buffer, view.byteOffset + offset, size).fill(0),
  };
}
