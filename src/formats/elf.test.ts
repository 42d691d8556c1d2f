import { Bq2Error } from "../base/error.ts";
import { assert, test } from "../base/testing.ts";
import { readStaticPie } from "./elf.ts";

/** A header, one segment with the relocations, and the dynamic section that names them. */
function smallElf(): Uint8Array {
  const file = new Uint8Array(512);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 3, true); // ET_DYN
  view.setUint16(18, 62, true); // EM_X86_64
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 2, true);
  const header = (at: number, type: number, offset: bigint, size: bigint) => {
    view.setUint32(at, type, true);
    for (const field of [8, 16]) view.setBigUint64(at + field, offset, true);
    for (const field of [32, 40]) view.setBigUint64(at + field, size, true);
  };
  header(64, 1, 0n, 512n); // PT_LOAD
  header(120, 2, 256n, 48n); // PT_DYNAMIC
  const words = [7n, 400n, 8n, 24n, 0n, 0n]; // DT_RELA, DT_RELASZ, the end
  for (const [i, word] of words.entries()) view.setBigUint64(256 + 8 * i, word, true);
  view.setUint32(408, 8, true); // R_X86_64_RELATIVE
  return file;
}

test("a damaged ELF file is refused, never a raw error", () => {
  assert.equal(readStaticPie(smallElf()).relocations, [{ address: 0, addend: 0 }]);
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let run = 0; run < 1000; run++) {
    const file = smallElf();
    for (let count = random(4); count >= 0; count--) file[random(file.length)] = random(256);
    try {
      readStaticPie(random(4) === 0 ? file.subarray(0, random(file.length)) : file);
    } catch (error) {
      assert.ok(error instanceof Bq2Error, `run ${run}: ${error}`);
    }
  }
});
