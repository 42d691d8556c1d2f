import fc from "fast-check";
import { assert, test } from "../base/testing.ts";
import type { Archive } from "../plan/source.ts";
import { makeFolders } from "../platform/files.ts";
import { type MemoryPlatform, memoryPlatform } from "../platform/memory/platform.ts";
import { type FetchAnswer, FetchError, type Fetcher } from "../platform/network.ts";
import type { Bulk, Hasher } from "../platform/platform.ts";
import { archivePaths } from "./cache.ts";
import { type FetchEvent, type FetchOptions, fetchArchives } from "./fetch.ts";

const GOOD = Uint8Array.from({ length: 100 }, (_, i) => i);

/** FNV-1a, one word. It replaces sha256, for which a test for every engine has no code. */
function standInHasher(): Hasher {
  let hash = 0x811c9dc5; // https://datatracker.ietf.org/doc/html/draft-eastlake-fnv, 32-bit offset basis
  return {
    update(bytes) {
      for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    },
    digest: () => hash.toString(16).padStart(64, "0"),
  };
}
const bulk = { sha256: standInHasher } as Bulk;

function archive(bytes: Uint8Array, file: string, urls: readonly string[]): Archive {
  const hasher = standInHasher();
  hasher.update(bytes);
  const origins = urls.map((url) => ({ kind: "url" as const, url }));
  return { file, sha256: hasher.digest(), size: bytes.length, origins };
}

/** A server's behaviour for one request. */
interface Behaviour {
  readonly status: 200 | 206 | 404 | 416 | 500;
  /** How far the body starts from the requested offset. */
  readonly shift: number;
  /** The body's greatest length. */
  readonly length: number;
  /** Offset in the body of a byte that is changed; none if beyond its end. */
  readonly flip: number;
  readonly cut: boolean;
  readonly statesLength: boolean;
}

function answer(behaviour: Behaviour, range: string | undefined): FetchAnswer {
  const asked = behaviour.status === 206 ? Number(/\d+/.exec(range ?? "")?.[0] ?? 0) : 0;
  const start = Math.max(0, asked + behaviour.shift);
  const body = GOOD.slice(start, start + behaviour.length);
  if (behaviour.flip < body.length) body[behaviour.flip] = 255;
  const headers: { readonly [name: string]: string } = {
    "content-range": `bytes ${asked}-99/100`,
    ...(behaviour.statesLength ? { "content-length": String(GOOD.length - asked) } : {}),
  };
  return {
    status: behaviour.status,
    url: "http://a.test/x",
    header: (name) => headers[name],
    body: (async function* () {
      for (let at = 0; at < body.length; at += 30) yield body.slice(at, at + 30);
      if (behaviour.cut) throw new FetchError("cut", "cut-connection");
    })(),
    cancel: () => {},
    isSecure: true,
  };
}

function scripted(script: readonly Behaviour[]): Fetcher {
  let next = 0;
  return {
    async get(_url, headers) {
      const behaviour = script[next++];
      if (behaviour === undefined) throw new FetchError("nobody there", "unreachable");
      return answer(behaviour, headers.range);
    },
    close: async () => {},
  };
}

const PERFECT: Behaviour = { status: 206, shift: 0, length: 100, flip: 999, cut: false, statesLength: true };

function options(platform: MemoryPlatform, fetcher: Fetcher, more: Partial<FetchOptions> = {}): FetchOptions {
  return { platform, fetcher, cache: "/c", retrySeconds: [0, 0], ...more };
}

test("whatever a server does, only pinned bytes get the name, and a good server repairs all", async () => {
  const behaviour: fc.Arbitrary<Behaviour> = fc.record({
    status: fc.constantFrom<Behaviour["status"][]>(200, 206, 206, 404, 416, 500),
    shift: fc.constantFrom(0, 0, 0, -1, 5),
    length: fc.constantFrom(0, 7, 60, 100, 100),
    flip: fc.constantFrom(0, 50, 999, 999, 999),
    cut: fc.boolean(),
    statesLength: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(behaviour, { maxLength: 8 }), async (script) => {
      const platform = memoryPlatform({ bulk });
      const wanted = archive(GOOD, "good.tar", ["http://a.test/x", "http://b.test/x"]);
      const { file, folder } = archivePaths("/c", wanted);
      const outcome = await fetchArchives([wanted], options(platform, scripted(script))).then(
        () => "fetched",
        (error) => error.code,
      );
      assert.equal(platform.files.status(file) !== undefined, outcome === "fetched");
      assert.ok(outcome === "fetched" || outcome === "fetch-failed", outcome);
      const repaired = scripted([PERFECT, { ...PERFECT, status: 200 }, { ...PERFECT, status: 200 }]);
      await fetchArchives([wanted], options(platform, repaired));
      assert.equal(platform.files.readFile(file), GOOD);
      assert.equal(platform.files.list(folder), ["good.tar", "good.tar.json", "lock"]);
    }),
    { numRuns: 300 },
  );
});

test("no more downloads run at once than requested", async () => {
  const platform = memoryPlatform({ bulk });
  const archives = Array.from({ length: 9 }, (_, i) =>
    archive(Uint8Array.of(i), `f${i}.tar`, ["http://a.test/x"]),
  );
  let [running, most] = [0, 0];
  const fetcher: Fetcher = {
    async get() {
      most = Math.max(most, ++running);
      for (let i = 0; i < 20; i++) await Promise.resolve();
      running--;
      throw new FetchError("nobody there", "unreachable");
    },
    close: async () => {},
  };
  const failed = fetchArchives(archives, options(platform, fetcher, { retrySeconds: [], parallel: 3 }));
  await assert.rejects(() => failed, /Cannot fetch 9 of 9 archives/);
  assert.equal(most, 3);
});

test("a full disk stops all downloads with one error that says how many bytes are missing", async () => {
  const platform = memoryPlatform({ bulk, capacity: 4096 });
  const big = ["a", "b", "c"].map((name, i) => [name, new Uint8Array(100_000).fill(i)] as const);
  const archives = big.map(([name, bytes]) => archive(bytes, `${name}.tar`, [`http://m.test/${name}`]));
  const fetcher: Fetcher = {
    async get(url) {
      const bytes = big.find(([name]) => url.endsWith(name))?.[1] ?? GOOD;
      const body = (async function* () {
        for (let at = 0; at < bytes.length; at += 1000) yield bytes.slice(at, at + 1000);
      })();
      return { status: 200, url, header: () => undefined, body, isSecure: true, cancel: () => {} };
    },
    close: async () => {},
  };
  const error = await assert.rejects(
    () => fetchArchives(archives, options(platform, fetcher)),
    /no space left in/,
  );
  assert.equal((error as { code?: string }).code, "ENOSPC");
});

test("a renamed archive is found under its old name", async () => {
  const platform = memoryPlatform({ bulk });
  const before = archive(GOOD, "old.tar", ["http://a.test/x"]);
  const after = archive(GOOD, "new.tar", ["http://a.test/x"]);
  makeFolders(platform.files, "/c");
  await fetchArchives([before], options(platform, scripted([{ ...PERFECT, status: 200 }])));
  const events: FetchEvent[] = [];
  await fetchArchives(
    [after],
    options(platform, scripted([]), { offline: true, onEvent: (event) => events.push(event) }),
  );
  assert.equal(platform.files.readFile(archivePaths("/c", after).file), GOOD);
  assert.equal(platform.files.readFile(archivePaths("/c", before).file), GOOD);
  assert.equal(
    events.map((event) => event.kind),
    ["fetched"],
  );
});
