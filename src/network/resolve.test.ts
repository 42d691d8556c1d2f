import { concatBytes } from "../base/bytes.ts";
import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import type { Network } from "../platform/network.ts";
import { dnsAddresses, dnsQuestion } from "./dns.ts";
import { resolveHost } from "./resolve.ts";

const NAME = [7, ...encodeUtf8("example"), 3, ...encodeUtf8("org"), 0];
const QUESTION = [...NAME, 0, 1, 0, 1];

/** An answer to question `id`: a CNAME, then two addresses. */
function answer(id: number, code = 0): Uint8Array {
  const head = [id >> 8, id & 255, 0x81, 0x80 | code, 0, 1, 0, code === 0 ? 3 : 0, 0, 0, 0, 0];
  const record = (type: number, data: readonly number[]) => [
    0xc0,
    12,
    0,
    type,
    0,
    1,
    0,
    0,
    0,
    60,
    0,
    data.length,
    ...data,
  ];
  const records = [record(5, NAME), record(1, [192, 0, 2, 1]), record(1, [192, 0, 2, 2])];
  return Uint8Array.of(...head, ...QUESTION, ...(code === 0 ? records.flat() : []));
}

test("a question for a name server is encoded, and its answer is read", () => {
  const question = dnsQuestion(0x1234, "example.org");
  assert.equal(
    question,
    concatBytes([Uint8Array.of(0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0), Uint8Array.from(QUESTION)]),
  );
  const asked = dnsQuestion(7, "example.org");
  assert.equal(dnsAddresses(asked, answer(7)), ["192.0.2.1", "192.0.2.2"]);
  assert.equal(dnsAddresses(asked, answer(7, 3)), "no-such-name");
  assert.equal(dnsAddresses(asked, answer(7, 2)), undefined);
  assert.equal(dnsAddresses(asked, asked), undefined);
  for (let length = 0; length < answer(7).length; length++) {
    assert.equal(dnsAddresses(asked, answer(7).subarray(0, length)), undefined, `${length} bytes`);
  }
  for (const bad of ["", "a..b", "x".repeat(64), `${"x.".repeat(130)}y`]) {
    assert.throws(() => dnsQuestion(1, bad), /host name/);
  }
});

test("an answer to another question, or with another id, is ignored", () => {
  assert.equal(dnsAddresses(dnsQuestion(8, "example.org"), answer(7)), undefined);
  assert.equal(dnsAddresses(dnsQuestion(7, "example.com"), answer(7)), undefined);
  assert.equal(dnsAddresses(dnsQuestion(7, "example.com"), answer(7, 3)), undefined);
  const twoQuestions = answer(7);
  twoQuestions[5] = 2;
  assert.equal(dnsAddresses(dnsQuestion(7, "example.org"), twoQuestions), undefined);
});

function world(
  files: { readonly [path: string]: string },
  servers: { readonly [address: string]: number | undefined },
) {
  const platform = memoryPlatform();
  platform.files.makeFolder("/etc");
  platform.files.makeFolder("/dev");
  platform.files.writeFile("/dev/urandom", Uint8Array.of(0xab, 0xcd));
  for (const [path, text] of Object.entries(files)) platform.files.writeFile(path, encodeUtf8(text));
  const asked: string[] = [];
  const ids: number[] = [];
  const network: Network = {
    connect: () => Promise.reject(new Error("not wanted")),
    async ask(address, _port, datagram) {
      asked.push(address);
      const code = servers[address];
      const id = (datagram[0] ?? 0) * 256 + (datagram[1] ?? 0);
      ids.push(id);
      return code === undefined ? undefined : answer(id, code);
    },
  };
  return { asked, ids, resolve: (host: string) => resolveHost(platform, network, host) };
}

test("addresses and hosts in /etc/hosts need no server", async () => {
  const { resolve, asked } = world({ "/etc/hosts": "192.0.2.9 there # here\n::1 there\n" }, {});
  assert.equal(await resolve("10.0.0.1"), ["10.0.0.1"]);
  assert.equal(await resolve("there"), ["192.0.2.9"]);
  assert.equal(await resolve("localhost"), ["127.0.0.1"]);
  const error = await assert.rejects(() => resolve("here"), /names no server/);
  assert.equal((error as Error & { readonly code?: unknown }).code, "unknown-host");
  assert.equal(asked, []);
});

test("name servers are asked in turn until one answers", async () => {
  const text = "# dhcp\nsearch example.org\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n";
  const { resolve, asked, ids } = world({ "/etc/resolv.conf": text }, { "10.0.0.2": 0 });
  assert.equal(await resolve("example.org"), ["192.0.2.1", "192.0.2.2"]);
  assert.equal(ids, [0xabcd, 0xabcd]); // from the kernel, not from the clock
  assert.equal(asked, ["10.0.0.1", "10.0.0.2"]);
  const none = world({ "/etc/resolv.conf": text }, {});
  await assert.rejects(() => none.resolve("example.org"), /no name server answers/);
  assert.equal(none.asked.length, 4);
  const sure = world({ "/etc/resolv.conf": text }, { "10.0.0.1": 3 });
  await assert.rejects(() => sure.resolve("example.org"), /no such name/);
  await assert.rejects(() => sure.resolve("a..b"), /no host can have that name/);
});
