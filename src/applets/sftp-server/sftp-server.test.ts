import fc from "fast-check";
import { concatBytes } from "../../base/bytes.ts";
import { assert, test } from "../../base/testing.ts";
import { bytesToName, decodeUtf8, encodeUtf8 } from "../../base/text.ts";
import type { FileStatus } from "../../platform/platform.ts";
import { longName } from "./attributes.ts";
import { MAX_DATA, MAX_HANDLES, MAX_MESSAGE, OPEN } from "./protocol.ts";
import { describeAll, exchange, extended, field, HELLO, machine, replies, request } from "./test-session.ts";

const { text, bytes, u32, u64, attributes } = field;
const NONE = attributes({});

function open(path: string, flags: number): Uint8Array {
  return request("open", text(path), u32(flags), NONE);
}

function read(handle: string, offset: number, length: number): Uint8Array {
  return request("read", text(handle), u64(offset), u32(length));
}

function write(handle: string, offset: number, data: string): Uint8Array {
  return request("write", text(handle), u64(offset), bytes(data));
}

/** The codes of status replies, the kinds of others. */
function short(found: readonly string[]): string[] {
  return found.map((reply) => /^status \d+|^\w+/.exec(reply)?.[0] ?? "");
}

test("a file is written, read in parts, and kept when it is opened again", () => {
  const platform = machine();
  const isNew = OPEN.write | OPEN.create | OPEN.truncate;
  const found = replies(
    platform,
    ...[open("a", isNew), write("1", 0, "hello"), write("1", 8, "x"), read("1", 0, 5)],
    ...[request("close", text("1")), open("a", OPEN.read), read("2", 3, 100), read("2", 9, 1)],
    ...[write("2", 0, "no"), open("a", OPEN.write), write("3", 0, "J"), open("/home/a", OPEN.read)],
    ...[read("4", 0, 5), open("missing", OPEN.write), open("a", isNew | OPEN.exclusive)],
  );
  assert.equal(short(found), [
    ...["handle", "status 0", "status 0", "status 2", "status 0", "handle", "data", "status 1"],
    ...["status 2", "handle", "status 0", "handle", "data", "status 2", "status 4"],
  ]);
  assert.equal(found[6], "data lo\0\0\0x");
  assert.equal(found[12], "data Jello");
  assert.equal(decodeUtf8(platform.files.readFile("/home/a")), "Jello\0\0\0x");
});

test("appending goes to the end, whatever the offset", () => {
  const platform = machine();
  platform.files.writeFile("/home/log", encodeUtf8("one\n"));
  const flags = OPEN.write | OPEN.append | OPEN.create;
  replies(platform, open("log", flags), write("1", 0, "two\n"), write("1", 0, "three\n"));
  assert.equal(decodeUtf8(platform.files.readFile("/home/log")), "one\ntwo\nthree\n");
});

test("opening for reading and writing with truncation empties the file first", () => {
  const platform = machine();
  platform.files.writeFile("/home/f", encodeUtf8("long text"));
  const flags = OPEN.read | OPEN.write | OPEN.truncate;
  const found = replies(platform, open("f", flags), write("1", 0, "ab"), read("1", 0, 100));
  assert.equal(found[2], "data ab");
});

test("creating without writing makes an empty file, once if it must be new; nothing is truncated", () => {
  const platform = machine();
  platform.files.writeFile("/home/f", encodeUtf8("kept"));
  const isNew = OPEN.read | OPEN.create | OPEN.exclusive;
  const found = replies(
    platform,
    ...[open("e", isNew), open("e", isNew), write("1", 0, "x"), open("f", OPEN.read | OPEN.truncate)],
    ...[open("f", OPEN.read | OPEN.create | OPEN.truncate), read("3", 0, 9)],
    request("fsetstat", text("3"), attributes({ size: 1 })),
  );
  assert.equal(short(found), ["handle", "status 4", "status 2", "handle", "handle", "data", "status 5"]);
  assert.equal([found[5], platform.files.status("/home/e")?.size], ["data kept", 0]);
});

test("attributes are set on names and on open files, and read back", () => {
  const platform = machine();
  platform.files.writeFile("/home/f", encodeUtf8("0123456789"));
  platform.files.symlink("f", "/home/link");
  const change = {
    size: 4,
    owner: { uid: 5, gid: 6 },
    permissions: 0o4711,
    times: { access: 8, modification: 9 },
  };
  const found = replies(
    platform,
    ...[request("setstat", text("link"), attributes(change)), request("stat", text("link"))],
    ...[request("lstat", text("link")), open("f", OPEN.read | OPEN.write)],
    ...[request("fsetstat", text("1"), attributes({ ...change, size: 20, permissions: 0o600 }))],
    ...[request("fstat", text("1")), request("setstat", text("none"), NONE)],
    request("setstat", text("/home"), attributes({ size: 1 })),
  );
  const wanted = { ...change, permissions: 0o104711, times: { access: 9, modification: 9 } };
  assert.equal(found[1], `attributes ${JSON.stringify(wanted)}`);
  assert.match(found[2] ?? "", /"size":1,.*"permissions":41471/); // 0o120777
  assert.equal(found[5], `attributes ${JSON.stringify({ ...wanted, size: 20, permissions: 0o100600 })}`);
  assert.equal(short(found.slice(6)), ["status 2", "status 4"]);
});

test("an open file without its name has no status, and another file of that name is not taken for it", () => {
  const platform = machine();
  const flags = OPEN.read | OPEN.write | OPEN.create;
  const found = replies(
    platform,
    ...[open("a", flags), open("b", flags), request("fstat", text("1"))],
    ...[extended("posix-rename@openssh.com", text("b"), text("a")), request("fstat", text("1"))],
    request("fsetstat", text("1"), attributes({ owner: { uid: 1, gid: 1 } })),
  );
  assert.equal(short(found.slice(2)), ["attributes", "status 0", "status 2", "status 2"]);
  assert.equal(platform.files.status("/home/a")?.uid, 0);
});

test("folders are made, listed and removed; a long one comes in several replies", () => {
  const platform = machine();
  for (let i = 0; i < 205; i++) platform.files.writeFile(`/home/${i}`, new Uint8Array(0));
  const readdir = request("readdir", text("1"));
  const [, ...found] = replies(platform, request("opendir", text(".")), readdir, readdir, readdir, readdir);
  assert.equal(
    found.map((reply) => reply.split(" ").length - 1),
    [100, 100, 7, "status 1 End of file".split(" ").length - 1],
  );
  assert.ok(found[0]?.startsWith("names . .. 0 1 10 100 "));
  const more = replies(
    platform,
    ...[request("mkdir", text("d"), attributes({ permissions: 0o40750 })), request("rmdir", text("d"))],
    ...[request("rmdir", text("d")), request("opendir", text("5")), request("remove", text("5"))],
    request("opendir", text("none")),
  );
  assert.equal(short(more), ["status 0", "status 0", "status 2", "status 2", "status 0", "status 2"]);
});

test("links are made and read; a plain rename replaces nothing, the other one does", () => {
  const platform = machine();
  platform.files.writeFile("/home/a", encodeUtf8("a"));
  platform.files.writeFile("/home/b", encodeUtf8("b"));
  const found = replies(
    platform,
    ...[request("symlink", text("no/where"), text("l")), request("readlink", text("l"))],
    ...[request("rename", text("no"), text("b"))],
    ...[request("rename", text("a"), text("b")), request("rename", text("a"), text("c"))],
    ...[extended("posix-rename@openssh.com", text("c"), text("b"))],
    ...[extended("hardlink@openssh.com", text("b"), text("h")), request("readlink", text("b"))],
  );
  assert.equal(found[1], "names no/where");
  assert.equal(
    short(found.slice(2)),
    [2, 4, 0, 0, 0, 5].map((code) => `status ${code}`),
  );
  assert.equal(decodeUtf8(platform.files.readFile("/home/h")), "a");
});

test("paths become absolute, also of a file that does not exist yet", () => {
  const platform = machine();
  platform.files.symlink("/home", "/there");
  const paths = ["", ".", "/there/../new", "..//", "/", "/there/x/", "no/such", "/x/.."];
  const found = replies(platform, ...paths.map((path) => request("realpath", text(path))));
  assert.equal(
    found.slice(0, 6),
    ["/home", "/home", "/new", "/", "/", "/home/x"].map((path) => `names ${path}`),
  );
  assert.equal(short(found.slice(6)), ["status 2", "status 2"]);
});

test("names are bytes", () => {
  const platform = machine();
  const name = bytesToName(Uint8Array.of(0xff, 0x0a, 0x80, 0x41));
  replies(platform, open(name, OPEN.write | OPEN.create));
  assert.equal(platform.files.list("/home"), [name]);
  const found = replies(platform, request("opendir", text(".")), request("readdir", text("1")));
  assert.equal(found[1], `names . .. ${name}`);
});

test("limits are as announced: a message, a read, a write, the open handles", () => {
  const platform = machine();
  platform.files.writeFile("/home/f", new Uint8Array(MAX_MESSAGE * 2));
  const opens = Array.from({ length: MAX_HANDLES - 1 }, () => request("opendir", text("/")));
  const found = replies(
    platform,
    ...[extended("limits@openssh.com"), open("f", OPEN.read), read("1", 0, 2 ** 32 - 1), ...opens],
    ...[
      open("f", OPEN.read),
      request("opendir", text("/")),
      request("close", text("5")),
      open("f", OPEN.read),
    ],
  );
  assert.equal(found[0], `extended ${MAX_MESSAGE} ${MAX_DATA} ${MAX_DATA} ${MAX_HANDLES}`);
  assert.equal(found[2]?.length, "data ".length + MAX_DATA);
  assert.equal(short(found.slice(-4)), ["status 4", "status 4", "status 0", "handle"]);
});

test("what makes no sense gets a status: unknown requests, handles and extensions, cut fields, NUL", () => {
  const found = replies(
    machine(),
    ...[request(99), extended("space-available@example.org"), request("close", text("1"))],
    ...[read("nonsense", 0, 1), request("readdir", text("")), request("fstat", bytes(new Uint8Array(300)))],
    ...[request("open", text("a")), request("stat", u32(2 ** 32 - 1)), request("stat", text("a\0b"))],
    ...[request("stat", text("")), request("read", text("1"), u32(2 ** 31), u32(0), u32(1))],
    request("stat", text("x".repeat(5000))),
    request("mkdir", text("d"), u32(0x80000000), u32(2 ** 32 - 1)),
    request("fsync" as "open"),
  );
  const codes = [8, 8, 4, 4, 4, 4, 5, 5, 5, 2, 5, 5, 5, 8];
  assert.equal(
    short(found),
    codes.map((code) => `status ${code}`),
  );
});

test("the session ends where messages can no longer be told apart or answered", () => {
  const long = concatBytes([u32(MAX_MESSAGE + 1), new Uint8Array(100)]);
  const send = (...input: Uint8Array[]) => exchange(machine(), input);
  assert.throws(() => send(HELLO, long), /message of 262145 bytes/);
  assert.throws(() => send(HELLO, u32(0)), /message of 0 bytes/);
  assert.throws(() => send(HELLO, u32(2), Uint8Array.of(4, 0)), /ends after 2 bytes/);
  assert.throws(() => send(encodeUtf8("SSH-2.0-OpenSSH_9.2\r\n")), /message of \d+ bytes/);
  assert.throws(() => send(request("stat", text("/"))), /first message/);
  assert.equal(describeAll(send(HELLO, request("stat", text("/")).subarray(0, 9))).length, 1);
});

test("every open file is closed at the end of the session, also of a failed one", () => {
  const platform = machine();
  const free = platform.files.open("/", "read");
  platform.files.close(free);
  const flags = OPEN.write | OPEN.create;
  assert.throws(() => exchange(platform, [HELLO, open("a", flags), open("b", flags), u32(0)]));
  assert.equal(platform.files.open("/", "read"), free);
});

test("any mutation of a session gets whole replies, or ends it with an error of ours", () => {
  const flags = OPEN.read | OPEN.write | OPEN.create;
  const session = [
    ...[open("f", flags), write("1", 5, "data"), read("1", 0, 20), request("opendir", text("."))],
    ...[
      request("readdir", text("2")),
      request("setstat", text("f"), attributes({ size: 3, permissions: 0o600 })),
    ],
    ...[
      request("symlink", text("f"), text("l")),
      request("realpath", text("l")),
      extended("limits@openssh.com"),
    ],
    ...[
      request("rename", text("f"), text("g")),
      request("mkdir", text("d"), NONE),
      request("close", text("1")),
    ],
  ];
  const good = concatBytes([HELLO, ...session]);
  assert.equal(describeAll(exchange(machine(), [good])).length, session.length + 1);
  const byte = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 }));
  const edits = fc.array(fc.tuple(fc.nat(good.length - 1), byte), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(edits, fc.nat(good.length), (changes, length) => {
      const input = good.slice(0, length % 3 === 0 ? length : good.length);
      for (const [at, value] of changes) if (at < input.length) input[at] = value;
      const platform = machine();
      try {
        exchange(platform, [input]);
      } catch (error) {
        assert.match(String(error), /^Bq2Error: Cannot (continue|begin|read the message)/);
      }
      describeAll(platform.files.readFile("/output"));
    }),
    { numRuns: 500 },
  );
});

test("a line of ls -l has OpenSSH's columns", () => {
  const status: FileStatus = {
    ...{ kind: "file", mode: 0o1644, uid: 0, gid: 12, size: 5, linkCount: 2, allocated: 0, mtime: 262860 },
    ...{ ctime: 0, identity: "", device: { major: 0, minor: 0 } },
  };
  const day = 86400;
  const line = "-rw-r--r-T   2 0        12              5 Jan  4 01:01 a b";
  assert.equal(longName("a b", status, 10 * day), line);
  const old: FileStatus = { ...status, kind: "folder", mtime: -5 };
  assert.match(longName("x", old, 400 * day), /^d.* Jan {2}1 {2}1970 x$/);
});
