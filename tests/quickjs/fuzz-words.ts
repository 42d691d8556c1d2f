/** Random arguments for primitives: JavaScript values of every kind, harmless and mischievous. */

/** A seeded source of numbers: the same seed gives the same arguments on any machine. */
export interface Random {
  /** A whole number from 0 to `end` - 1. */
  below(end: number): number;
  pick<T>(choices: readonly T[]): T;
}

/** Marsaglia's xorshift32. */
export function randomOf(seed: number): Random {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  const below = (end: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % end;
  };
  return { below, pick: <T>(choices: readonly T[]): T => choices[below(choices.length)] as T };
}

const NUMBERS = [
  ...[0, -0, 1, -1, 2, 3, 7, 8, 9, 15, 16, 64, 255, 256, 4096, 65536, 1 << 20],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, -1.5, 1e308, 5e-324],
  ...[
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53 - 1,
    2 ** 53,
    2 ** 62,
    2 ** 63,
    -(2 ** 63),
  ],
];

const BIGINTS = [
  ...[0n, 1n, -1n, 4096n, 2n ** 31n, 2n ** 32n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n],
  ...[-(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 200n, -(2n ** 1000n)],
];

const STRINGS = [
  ...["", "/", ".", "/dev/null", "/proc/self", "/nowhere/at/all", "gzip", "xz", "bzip2", "1 + 1", "null"],
  ...["a\0b", "\0", "\0\0\0\0", "é", "日本", "\ud800", "\udc80x", "\ud83d\ude00", "\xff".repeat(300)],
  ...["x".repeat(255), "x/".repeat(4000), "(".repeat(8000), "[".repeat(8000), "`${".repeat(2000)],
];

const KINDS = [
  ...[Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
] as const;

export function randomBytes(random: Random, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, () => random.below(256));
}

/** A typed array, often on a part of a larger buffer. */
function typedArray(random: Random): unknown {
  const Kind = random.pick(KINDS);
  const size = random.pick([0, 1, 2, 4, 16, 32, 128, 256, 1000, 8192]);
  const buffer = random.below(8) === 0 ? new SharedArrayBuffer(size * 8) : new ArrayBuffer(size * 8);
  const whole = new Kind(buffer as ArrayBuffer, 0, size);
  return random.below(2) === 0 ? whole : whole.subarray(random.below(size + 1), random.below(size + 1));
}

/** Arrays that change while they are read. */
function trickyArray(random: Random, depth: number): unknown {
  const items: unknown[] = Array.from({ length: random.below(6) }, () => word(random, depth + 1));
  Object.defineProperty(items, "toString", { value: () => "array" }); // that of a sparse array is very slow
  const forget = (): unknown => {
    items.length = 0; // drops the last reference to items that were read before
    return new Uint8Array(random.pick([1, 64, 4096]));
  };
  switch (random.below(8)) {
    case 0:
      items.push(items);
      return items;
    case 1:
      items.length = random.pick([4095, 4096, 4097, 2 ** 32 - 1]);
      return items;
    case 2:
      Object.defineProperty(items, items.length, { get: forget, configurable: true });
      return items;
    case 3:
      return new Proxy(items, {
        get: (target, key) => (key === "length" ? random.below(9) : Reflect.get(target, key)),
      });
    case 4:
      return new Proxy(items, { get: (_, key) => (key === "length" ? random.pick(NUMBERS) : forget()) });
    case 5:
      return new Proxy(items, {
        get() {
          throw new Error("not today");
        },
      });
    case 6: {
      const { proxy, revoke } = Proxy.revocable(items, {});
      revoke();
      return proxy;
    }
    default:
      return items;
  }
}

function object(random: Random): unknown {
  return random.pick<() => unknown>([
    () => ({}),
    () => ({ length: 3 }),
    () => ({
      valueOf() {
        throw new Error("no number");
      },
    }),
    () => ({ valueOf: () => random.pick(NUMBERS) }),
    () => ({ toString: () => random.pick(STRINGS) }),
    () => ({ [Symbol.toPrimitive]: () => Symbol("odd") }),
    () => new DataView(new ArrayBuffer(16)),
    () => new ArrayBuffer(random.below(200)),
    () => new Proxy(new Uint8Array(8), {}),
    () => Object.create(Uint8Array.prototype),
    () => new Date(0),
    () => /x/,
    () => () => 1,
    () => new Map([[1, 2]]),
  ])();
}

/** Any value at all. */
export function word(random: Random, depth = 0): unknown {
  switch (random.below(10)) {
    case 0:
      return random.pick(BIGINTS);
    case 1:
      return random.pick(STRINGS);
    case 2:
      return random.pick([undefined, true, false, Symbol("s"), null]);
    case 3:
      return object(random);
    case 4:
      return depth < 5 ? trickyArray(random, depth) : null;
    case 5:
    case 6:
      return random.pick(NUMBERS);
    default:
      return typedArray(random);
  }
}
