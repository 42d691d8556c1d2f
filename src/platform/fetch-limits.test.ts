import { assert, test } from "../base/testing.ts";
import { collectBody, FETCH_LIMITS, notTooSlow } from "./fetch-limits.ts";
import { isSecureAddress } from "./network.ts";

const LIMITS = { ...FETCH_LIMITS, slowestBytes: 100, slowestSeconds: 10 };

/**
 * `count` parts of `size` bytes, each `seconds` after the last; the reader takes `reading` seconds for each.
 */
async function receive(count: number, size: number, seconds: number, reading = 0): Promise<number> {
  let now = 0;
  async function* body() {
    for (let i = 0; i < count; i++) {
      now += seconds;
      yield new Uint8Array(size);
    }
  }
  let received = 0;
  for await (const chunk of notTooSlow(body(), "a server", LIMITS, () => now)) {
    received += chunk.length;
    now += reading;
  }
  return received;
}

test("a body that trickles is rejected; a slow line and a slow reader are accepted", async () => {
  await assert.rejects(() => receive(1000, 1, 1), /a server is too slow: 10 bytes in 10 seconds/);
  assert.equal(await receive(1000, 11, 1), 11_000);
  assert.equal(await receive(5, 1, 1, 100), 5);
});

test("a body in memory has a limited size", async () => {
  async function* endless() {
    for (;;) yield new Uint8Array(1000);
  }
  await assert.rejects(() => collectBody(endless(), "a server", 64_000), /sends more than 64000 bytes/);
});

test("addresses with TLS and addresses of this machine are secure", () => {
  for (const url of [
    "https://a.example/b",
    "HTTPS://a",
    "http://127.0.0.1:80/a",
    "http://localhost/",
    "http://[::1]/",
  ])
    assert.ok(isSecureAddress(url), url);
  for (const url of [
    "http://a.example/",
    "http://127.0.0.1.example/",
    "http://localhost.example/",
    "ftp://localhost/",
  ])
    assert.ok(!isSecureAddress(url), url);
});
