import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { readText } from "../../platform/files.ts";
import { memoryPlatform } from "../../platform/memory/platform.ts";
import { LOG_BYTES, LogFile } from "./log-file.ts";
import { LONGEST_LINE } from "./log-lines.ts";
import { LOG_FOLDER, logPath } from "./log-names.ts";

const STAMP = "1970-01-01T00:00:00.000000Z";

test("each line has its time; a line is written when it ends, or when process 1 adds one", () => {
  const platform = memoryPlatform();
  const log = new LogFile(platform, "web");
  log.add(encodeUtf8("one\ntw"));
  platform.clock.advance(1.5);
  log.add(encodeUtf8("o\n\nthr"));
  log.note("ended with code 1");
  log.add(encodeUtf8("four\n"));
  log.close();
  assert.equal(readText(platform.files, logPath("web")).split("\n"), [
    `${STAMP} one`,
    "1970-01-01T00:00:01.500000Z two",
    "1970-01-01T00:00:01.500000Z ",
    "1970-01-01T00:00:01.500000Z thr",
    "1970-01-01T00:00:01.500000Z bq2: ended with code 1",
    "1970-01-01T00:00:01.500000Z four",
    "",
  ]);
});

test("a line without an end is broken, and needs no more memory", () => {
  const platform = memoryPlatform();
  const log = new LogFile(platform, "web");
  for (let i = 0; i < 5; i++) log.add(new Uint8Array(LONGEST_LINE - 1).fill(0x61));
  log.close();
  const lengths = readText(platform.files, logPath("web"))
    .trimEnd()
    .split("\n")
    .map((line) => line.length - STAMP.length - 1);
  assert.equal(lengths, [...Array.from({ length: 4 }, () => LONGEST_LINE), LONGEST_LINE - 5]);
});

test("200 MB of output leave the newest lines in four files of 1 MiB at most", () => {
  const platform = memoryPlatform();
  const log = new LogFile(platform, "web");
  const chunk = encodeUtf8(`${"x".repeat(1023)}\n`.repeat(64));
  for (let written = 0; written < 200e6; written += chunk.length) log.add(chunk);
  log.note("last");
  log.close();
  const files = platform.files.list(LOG_FOLDER);
  assert.equal(files, ["web.log", "web.log.1", "web.log.2", "web.log.3"]);
  for (const name of files) {
    const size = platform.files.status(`${LOG_FOLDER}/${name}`)?.size ?? 0;
    assert.ok(size > 0 && size <= LOG_BYTES, `${name}: ${size}`);
  }
  assert.match(readText(platform.files, logPath("web")), /bq2: last\n$/);
});

test("a log goes on where it ended at the last boot", () => {
  const platform = memoryPlatform();
  for (const text of ["first", "second"]) {
    const log = new LogFile(platform, "web");
    log.note(text);
    log.close();
  }
  assert.equal(readText(platform.files, logPath("web")), `${STAMP} bq2: first\n${STAMP} bq2: second\n`);
});

test("a full disk loses lines, says how many bytes, and stops nothing", () => {
  const platform = memoryPlatform({ capacity: 16384 });
  const log = new LogFile(platform, "web");
  platform.files.makeFolder("/var");
  platform.files.writeFile("/var/ballast", new Uint8Array(8192));
  log.add(encodeUtf8(`${"x".repeat(9000)}\n`));
  log.add(encodeUtf8("short\n"));
  log.close();
  const text = readText(platform.files, logPath("web"));
  assert.match(text, /^\S+Z bq2: 9058 bytes of this log were lost\n\S+Z short\n$/);
});
