import { concatBytes } from "../base/bytes.ts";
import { assert, test } from "../base/testing.ts";
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";
import { HttpSyntaxError, headerOf, ResponseReader, requestBytes } from "./http.ts";

/** The body, read in pieces of `step` bytes, and how many bytes are missing at the end. */
function read(text: string, step: number, method = "GET") {
  const reader = new ResponseReader(method);
  const bytes = encodeUtf8(text);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += step) parts.push(...reader.push(bytes.subarray(at, at + step)));
  return { reader, body: decodeUtf8(concatBytes(parts)), missing: reader.missing };
}

const STEPS = [1, 2, 7, 1000];

test("a request consists of its line, its headers and its body", () => {
  const head = { method: "POST", target: "/a?b", headers: [["Host", "x"]] } as const;
  assert.equal(
    decodeUtf8(requestBytes(head, encodeUtf8("body"))),
    "POST /a?b HTTP/1.1\r\nHost: x\r\n\r\nbody",
  );
  assert.throws(() => requestBytes({ ...head, headers: [["X", "a\r\nY: b"]] }, new Uint8Array()), /line end/);
});

test("bodies end by length, by chunks, with the connection, or are absent", () => {
  for (const step of STEPS) {
    const byLength = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX:  y \r\n\r\nhello and more", step);
    assert.equal([byLength.body, byLength.missing], ["hello", 0]);
    assert.equal(headerOf(byLength.reader.head?.headers ?? [], "x"), "y");
    const chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n 123456789\r\n0\r\nT: x\r\n\r\n";
    assert.equal(read(chunked, step).body, "hello 123456789");
    assert.ok(read(chunked, step).reader.isDone);
    const open = read("HTTP/1.0 200\n\nall of it", step);
    assert.equal([open.body, open.missing, open.reader.isDone], ["all of it", 0, false]);
    const continued = read(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 None\r\nContent-Length: 9\r\n\r\n",
      step,
    );
    assert.equal([continued.reader.head?.status, continued.reader.isDone], [204, true]);
    assert.ok(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", step, "HEAD").reader.isDone);
  }
});

test("missing bytes are counted", () => {
  for (const step of STEPS) {
    assert.equal(read("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", step).missing, 45);
    assert.equal(
      read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", step).missing,
      undefined,
    );
    assert.equal(read("HTTP/1.1 200 OK\r\nX: y\r\n", step).missing, undefined);
  }
});

test("invalid HTTP is refused", () => {
  const bad = [
    "220 smtp.example.org\r\n",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
    `HTTP/1.1 200 OK\r\nX: ${"y".repeat(300_000)}`,
  ];
  for (const text of bad) {
    const error = assert.throws(() => read(text, 1000));
    assert.ok(error instanceof HttpSyntaxError, text.slice(0, 80));
  }
});
