import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import type { Fetcher } from "../platform/network.ts";
import { describeDownload } from "./download.ts";
import type { SeedRequest } from "./resolved-seed.ts";
import { resolveDownload } from "./tarball.ts";

const DIGEST = "a".repeat(64);

/** Every address answers with `body`; `asked` lists the requested addresses. */
function world(
  name: string,
  more: Partial<SeedRequest> = {},
  isSecure = true,
  body = encodeUtf8(`${DIGEST}  a\n`),
) {
  const asked: string[] = [];
  const said: string[] = [];
  const fetcher: Fetcher = {
    async get(url) {
      asked.push(url);
      async function* parts() {
        for (let i = 0; i < (body.length > 1000 ? 1e9 : 1); i++) yield body;
      }
      const header = (key: string) => (key === "content-length" ? "7" : undefined);
      return { status: 200, url, isSecure, header, body: parts(), cancel: () => {} };
    },
    close: async () => {},
  };
  const platform = memoryPlatform();
  Object.assign(platform.host.env, { BQ2_RELEASES: "http://releases.example" });
  const onProgress = (text: string) => said.push(text);
  const request = {
    platform,
    fetcher,
    cache: "/cache",
    name,
    arch: "x86_64",
    packages: [],
    onProgress,
    ...more,
  };
  return { request: request as SeedRequest, asked, said };
}

const codeOf = async (body: () => Promise<unknown>): Promise<unknown> =>
  ((await assert.rejects(body)) as Error & { readonly code?: unknown }).code;

test("a digest by HTTP is not trusted and not even requested", async () => {
  for (const name of ["http://a.example/root.tar.gz", "bq2-rootfs-0.1.0"]) {
    const { request, asked } = world(name);
    assert.equal(await codeOf(() => resolveDownload(request)), "not-secure");
    assert.equal(asked, []);
    const known = world(name, { sha256: DIGEST });
    assert.equal((await resolveDownload(known.request)).digest, DIGEST);
    assert.ok(!known.asked.some((url) => url.endsWith(".sha256")));
  }
});

test("a digest by TLS is trusted and reported; after a redirect to HTTP it is not trusted", async () => {
  const url = "https://a.example/root.tar.gz";
  const good = world(url);
  assert.equal((await describeDownload(good.request, url)).sha256, DIGEST);
  assert.ok(/stated only by https:\/\/a\.example\/root\.tar\.gz\.sha256/.test(good.said.join("\n")));
  const bad = world(url, {}, false);
  assert.equal(await codeOf(() => describeDownload(bad.request, url)), "not-secure");
});

test("reading an endless digest file stops at a limit", async () => {
  const url = "https://a.example/root.tar.gz";
  const { request } = world(url, {}, true, new Uint8Array(10_000));
  await assert.rejects(() => describeDownload(request, url), /sends more than 65536 bytes/);
});
