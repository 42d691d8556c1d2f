import { fromHex } from "../../base/bytes.ts";
import { assert, test } from "../../base/testing.ts";
import { nameToBytes } from "../../base/text.ts";
import { nameHasher } from "./hash.ts";

// Expected values: debugfs -R "dx_hash -h half_md4 -s <seed> <name>" (e2fsprogs 1.47).
const SEED = fromHex("101112131415161718191a1b1c1d1e1f");

test("names hash as e2fsprogs hashes them", () => {
  const hash = nameHasher(SEED);
  const expected: readonly [name: string, major: number, minor: number][] = [
    ["a", 0x9375f05e, 0x3714d04b],
    ["hello", 0x950b050a, 0x86a9c508],
    ["exactly-thirty-two-bytes-long-nm", 0xdc7e5f40, 0x907ea5fa],
    ["x".repeat(255), 0x764a0c6c, 0x670bb3ff],
  ];
  for (const [name, major, minor] of expected) assert.equal(hash(nameToBytes(name)), { major, minor }, name);
});

test("a seed of zeros means MD4's own starting values", () => {
  assert.equal(nameHasher(new Uint8Array(16))(nameToBytes("hello")), {
    major: 0x1746da32,
    minor: 0x420013b5,
  });
});
