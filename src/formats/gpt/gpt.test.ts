import { assert, test } from "../../base/testing.ts";
import { ESP_TYPE, GPT_BACK_SECTORS, GPT_FRONT_SECTORS, type GptPartition, writeGpt } from "./gpt.ts";
import { bytesToGuid, guidFromDigest, guidToBytes } from "./guid.ts";

const ID = "01234567-89AB-CDEF-0123-456789ABCDEF";
const SECTORS = 4096;

function partition(values: Partial<GptPartition>): GptPartition {
  return { type: ESP_TYPE, id: ID, name: "p", firstSector: 2048, sectorCount: 8, ...values };
}

function refusal(...partitions: readonly GptPartition[]): string {
  const sink = { write: () => {}, copy: () => {} };
  const write = () => writeGpt(sink, { diskId: ID, diskSize: SECTORS * 512, partitions });
  return assert.throws(write).message;
}

test("a GUID's first three groups are little-endian on disk", () => {
  const bytes = guidToBytes("00112233-4455-6677-8899-AABBCCDDEEFF");
  const wanted = [0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99];
  assert.equal(Array.from(bytes.subarray(0, 10)), wanted);
  assert.equal(bytesToGuid(bytes), "00112233-4455-6677-8899-AABBCCDDEEFF");
});

test("text that is not a GUID is refused", () => {
  assert.throws(() => guidToBytes("00112233-4455-6677-8899-AABBCCDDEEF"), /found "00112233/);
  assert.throws(() => bytesToGuid(new Uint8Array(15)), /15 bytes/);
});

test("a GUID from a digest has version 8 and variant 10", () => {
  assert.match(guidFromDigest(new Uint8Array(32).fill(0xff)), /^F{8}-F{4}-8F{3}-BF{3}-F{12}$/);
  assert.match(guidFromDigest(new Uint8Array(32)), /^0{8}-0{4}-80{3}-80{3}-0{12}$/);
});

test("partitions that overlap or extend beyond the usable sectors are refused", () => {
  const first = partition({ name: "a", firstSector: 100, sectorCount: 10 });
  assert.match(
    refusal(partition({ name: "b", firstSector: 109 }), first),
    /"b".*sectors below 110 are taken/,
  );
  assert.match(refusal(partition({ firstSector: GPT_FRONT_SECTORS - 1 })), /sectors below 34 are taken/);
  const lastUsable = SECTORS - 1 - GPT_BACK_SECTORS;
  assert.match(refusal(partition({ firstSector: lastUsable, sectorCount: 2 })), /last usable sector is 4062/);
  assert.match(refusal(partition({ sectorCount: 0 })), /empty/);
});

test("a name beyond 36 UTF-16 units is refused", () => {
  assert.match(refusal(partition({ name: "x".repeat(37) })), /longer than 36/);
});
