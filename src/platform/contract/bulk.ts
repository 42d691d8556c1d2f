/** The contract of {@link Bulk}. */
import { collectBytes, concatBytes, equalBytes, fromHex } from "../../base/bytes.ts";
import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import type { Bulk, ByteSource, Compression } from "../platform.ts";
import type { ContractOptions, InFolder } from "./words.ts";

/** "bootstrap\n" a thousand times, compressed by the usual programs. */
export const COMPRESSED: { readonly [C in Exclude<Compression, "none">]: string } = {
  gzip: "1f8b0800000000000203edc6b10d00200800b0dd2fe5010cf27fb883a49d1a99fdbbee3b61666666666666666666666666666666666666b676039bac380a10270000",
  xz: "fd377a585a000004e6d6b4460200210116000000742fe5a3e0270f00365d00311bece8767033a5778cbcd0bdb34efb3a7640f0000a145260303dfe63a5c0f24e92d7e56f089117deb6551f90f8bb902c0c859776000000000cf23326b854b116000152904e0000003f75de28b1c467fb020000000004595a",
  bzip2:
    "425a683931415926535901d0dfb40005dbc18000103000dc00200050860409aa83534ed4832a41ba9076a419520ca907aa907aa41ca907e2ee48a70a12003a1bf680",
  zstd: "28b52ffd045895000050626f6f7473747261700a010003a77c410257a17446",
};
const PLAIN = encodeUtf8("bootstrap\n".repeat(1000));

export function bulkContract(options: ContractOptions, inFolder: InFolder): void {
  const { bulk, files } = options.platform;
  digestTests(options.name, bulk);
  deflateTests(options.name, bulk);

  const unpack = (source: string | ByteSource, compression: Compression): Promise<Uint8Array> =>
    collectBytes(copies(bulk.decompress(source, compression)));
  inFolder("decompress: plain files are unchanged, missing ones fail", async (folder) => {
    files.writeFile(`${folder}/plain`, PLAIN);
    assert.ok(equalBytes(await unpack(`${folder}/plain`, "none"), PLAIN));
    const error = await assert.rejects(() => unpack(`${folder}/absent`, "none"));
    assert.equal((error as Error & { readonly code?: unknown }).code, "ENOENT");
  });
  for (const compression of options.decompressors) {
    if (compression === "none") continue;
    const packed = fromHex(COMPRESSED[compression]);
    inFolder(
      `decompress ${compression}: whole, several streams, truncated, damaged, abandoned`,
      async (folder) => {
        const path = `${folder}/packed`;
        files.writeFile(path, packed);
        assert.ok(equalBytes(await unpack(path, compression), PLAIN));
        files.writeFile(path, concatBytes([packed, packed]));
        assert.equal((await unpack(path, compression)).length, 2 * PLAIN.length);

        const middle = packed.length >> 1;
        const damaged = packed.slice();
        damaged[middle] = (damaged[middle] ?? 0) ^ 0x55;
        const bad = [
          packed.subarray(0, -1),
          packed.subarray(0, middle),
          damaged,
          encodeUtf8("<html>"),
          new Uint8Array(),
        ];
        for (const bytes of bad) {
          files.writeFile(path, bytes);
          const error = await assert.rejects(() => unpack(path, compression));
          assert.equal((error as Error & { readonly code?: unknown }).code, "damaged-archive", error.message);
        }
        files.writeFile(path, packed);
        for await (const chunk of bulk.decompress(path, compression)) {
          assert.ok(chunk.length > 0);
          break;
        }

        const stream = (bytes: Uint8Array, step: number) => ({
          name: "a stream",
          chunks: Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
            bytes.slice(i * step, (i + 1) * step),
          ),
        });
        assert.ok(equalBytes(await unpack(stream(packed, 7), compression), PLAIN));
        const cut = await assert.rejects(async () => {
          for await (const _ of bulk.decompress(stream(packed.subarray(0, middle), 5), compression));
        }, /Cannot unpack a stream/);
        assert.equal((cut as Error & { readonly code?: unknown }).code, "damaged-archive", cut.message);
      },
    );
  }
}

/** Copies the chunks, because each is valid only until the next. */
async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) yield chunk.slice();
}

function digestTests(name: string, bulk: Bulk): void {
  test(`${name}: sha256 of FIPS 180-4's examples`, () => {
    const digest = (...parts: readonly string[]): string => {
      const hasher = bulk.sha256();
      for (const part of parts) hasher.update(encodeUtf8(part));
      return hasher.digest();
    };
    assert.equal(digest(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert.equal(digest("a", "", "bc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert.equal(
      digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
    const thousand = "a".repeat(1000);
    assert.equal(
      digest(...Array.from({ length: 1000 }, () => thousand)),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    );
  });
  test(`${name}: crc32 of the check value, whole and in parts`, () => {
    const CHECK = 0xcbf43926; // "123456789", as every catalogue of CRCs lists it
    assert.equal(bulk.crc32(encodeUtf8("123456789"), 0), CHECK);
    assert.equal(bulk.crc32(encodeUtf8("6789"), bulk.crc32(encodeUtf8("12345"), 0)), CHECK);
  });
}

function deflateTests(name: string, bulk: Bulk): void {
  const noise = Uint8Array.from(
    { length: 200_000 },
    (_, i) => ((i * 2654435761) >>> 13) & (i & 1024 ? 255 : 3),
  );
  test(`${name}: deflate blocks with dictionaries join into one stream`, async () => {
    const BLOCK = 65_536;
    const WINDOW = 32_768;
    for (const level of [1, 6, 9]) {
      const blocks: Promise<Uint8Array>[] = [];
      for (let at = 0; at < noise.length; at += BLOCK) {
        const last = at + BLOCK >= noise.length;
        const dictionary = at === 0 ? undefined : noise.subarray(at - WINDOW, at);
        blocks.push(bulk.deflateRaw(noise.subarray(at, at + BLOCK), { level, last, dictionary }));
      }
      const parts = await Promise.all(blocks);
      const joined = concatBytes(parts);
      assert.ok(joined.length < noise.length);
      assert.ok(equalBytes(await bulk.inflateRaw(joined, noise.length), noise));
    }
  });
  test(`${name}: a smaller window and no bytes at all`, async () => {
    for (const windowBits of [12, 15]) {
      const packed = await bulk.deflateRaw(noise, { level: 9, last: true, windowBits });
      assert.ok(equalBytes(await bulk.inflateRaw(packed, noise.length), noise));
    }
    const empty = await bulk.deflateRaw(new Uint8Array(), { level: 6, last: true });
    assert.equal((await bulk.inflateRaw(empty, 0)).length, 0);
  });
  test(`${name}: inflate refuses bombs, truncated streams and garbage`, async () => {
    const bomb = await bulk.deflateRaw(new Uint8Array(4 << 20), { level: 9, last: true });
    await assert.rejects(() => bulk.inflateRaw(bomb, 65_536), /more than the 65536 bytes/);
    await assert.rejects(() => bulk.inflateRaw(bomb, 0), /more than the 0 bytes/);
    await assert.rejects(() => bulk.inflateRaw(bomb.subarray(0, -3), 4 << 20), /Cannot inflate/);
    await assert.rejects(() => bulk.inflateRaw(Uint8Array.of(0xff, 0xff), 100), /Cannot inflate/);
    await assert.rejects(() => bulk.inflateRaw(new Uint8Array(), 100), /Cannot inflate/);
  });
}
