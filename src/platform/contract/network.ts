/** The contract of {@link Sockets}. `applets/curl/curl.oracle.test.ts` has servers that others wrote. */
import { concatBytes } from "../../base/bytes.ts";
import { errorCode } from "../../base/error.ts";
import { assert, test } from "../../base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../../base/text.ts";
import type { Connection, Endpoint, Sockets } from "../network.ts";
import { SystemError } from "../platform.ts";

/** A port without a listener: tcpmux, which no system has offered for decades. */
const CLOSED_PORT = 1;
/** Reserved for documentation (RFC 5737): no network leads there. */
const NOWHERE = "192.0.2.1";

const SECONDS = 10;
/** More than the kernel keeps for a connection, so that a writer has to wait for the reader. */
const MUCH = 3_000_000;

/** `socketPath`: where the tests may make a Unix socket. */
export function networkContract(name: string, network: Sockets, socketPath: string): void {
  test(`${name}: refused and late connections are reported`, async () => {
    const refused = await assert.rejects(() => network.connect("127.0.0.1", CLOSED_PORT, 10));
    assert.ok(refused instanceof SystemError);
    assert.equal(refused.code, "ECONNREFUSED");
    const late = await assert.rejects(() => network.connect(NOWHERE, CLOSED_PORT, 0.2));
    assert.ok(late instanceof SystemError);
  });
  test(`${name}: a question without an answer gives undefined`, async () => {
    assert.equal(await network.ask("127.0.0.1", CLOSED_PORT, Uint8Array.of(1), 0.5), undefined);
    assert.equal(await network.ask(NOWHERE, CLOSED_PORT, Uint8Array.of(1), 0.2), undefined);
  });
  connectionTests(name, network, socketPath);
  datagramTests(name, network);
}

async function readAll(connection: Connection): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = await connection.read(SECONDS);
    if (part === undefined) return concatBytes(parts);
    parts.push(part.slice());
  }
}

/** Two connections at once: each server's side gets the bytes and answers with their number. */
async function converse(network: Sockets, at: Endpoint): Promise<void> {
  const listener = await network.listen(at);
  const open = (): Promise<Connection> =>
    "path" in listener.at
      ? network.connectPath(listener.at.path, SECONDS)
      : network.connect(listener.at.address, listener.at.port, SECONDS);
  const clients = [await open(), await open()];
  const served = clients.map(async () => {
    const connection = await listener.accept();
    assert.ok(connection !== undefined);
    const size = new DataView((await connection.read(SECONDS))?.slice(0, 4).buffer ?? new ArrayBuffer(4));
    await connection.write(new Uint8Array(size.getUint32(0)).fill(7), SECONDS);
    connection.close();
  });
  for (const [place, client] of clients.entries()) {
    const length = place === 0 ? 1 : MUCH;
    await client.write(Uint8Array.of(length >> 24, length >> 16, length >> 8, length), SECONDS);
    const answer = await readAll(client);
    assert.equal([answer.length, answer.every((byte) => byte === 7)], [length, true]);
    client.close();
  }
  await Promise.all(served);
  listener.close();
}

function connectionTests(name: string, network: Sockets, path: string): void {
  test(`${name}: TCP connections are accepted`, () => converse(network, { address: "127.0.0.1", port: 0 }));
  test(`${name}: TCP connections are accepted over IPv6, if the machine has it`, async () => {
    try {
      await converse(network, { address: "::1", port: 0 });
    } catch (error) {
      if (!["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(errorCode(error) ?? "")) throw error;
    }
  });
  test(`${name}: Unix stream connections are accepted; closing removes the file`, async () => {
    await converse(network, { path });
    const gone = await assert.rejects(() => network.connectPath(path, SECONDS));
    assert.equal(errorCode(gone), "ENOENT");
  });
  test(`${name}: a port is used once; closing a listener ends its wait`, async () => {
    const listener = await network.listen({ address: "127.0.0.1", port: 0 });
    assert.equal(errorCode(await assert.rejects(() => network.listen(listener.at))), "EADDRINUSE");
    const waiting = listener.accept();
    listener.close();
    listener.close();
    assert.equal([await waiting, await listener.accept()], [undefined, undefined]);
    (await network.listen(listener.at)).close();
  });
}

function datagramTests(name: string, network: Sockets): void {
  test(`${name}: several datagrams arrive whole, with their sender`, async () => {
    const [a, b] = [await network.openDatagrams("127.0.0.1", 0), await network.openDatagrams("127.0.0.1", 0)];
    const toB = { address: "127.0.0.1", port: b.port };
    for (const text of ["one", "", "three"]) await a.send({ ...toB, bytes: encodeUtf8(text) });
    for (const text of ["one", "", "three"]) {
      const datagram = await b.receive(SECONDS);
      assert.ok(datagram !== undefined);
      assert.equal(
        [decodeUtf8(datagram.bytes), datagram.address, datagram.port],
        [text, "127.0.0.1", a.port],
      );
      await b.send({ ...datagram, bytes: Uint8Array.of(1) });
    }
    assert.equal((await a.receive(SECONDS))?.bytes, Uint8Array.of(1));
    assert.equal(await b.receive(0.1), undefined);
    const large = await assert.rejects(() => a.send({ ...toB, bytes: new Uint8Array(70_000) }));
    assert.equal(errorCode(large), "EMSGSIZE");
    for (const socket of [a, b]) socket.close();
  });
}
