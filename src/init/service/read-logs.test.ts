import { assert, test } from "../../base/testing.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { memoryPlatform } from "../../platform/memory/platform.ts";
import { LogFile } from "./log-file.ts";
import { LogFollower, loggedServices, parseSince, readLogs, textOf } from "./read-logs.ts";

function logs() {
  const platform = memoryPlatform();
  const [web, app] = ["web", "app"].map((name) => new LogFile(platform, name)) as [LogFile, LogFile];
  return { platform, web, app };
}

test("logs of several services are merged by time, from a moment on", () => {
  const { platform, web, app } = logs();
  web.note("one");
  platform.clock.advance(60);
  app.note("two");
  platform.clock.advance(60);
  web.note("three");
  const { files } = platform;
  assert.equal(loggedServices(files), ["app", "web"]);
  const words = (since: string) => readLogs(files, ["app", "web"], since).map(({ text }) => text.slice(33));
  assert.equal(words(""), ["one", "two", "three"]);
  const now = platform.clock.nowMicroseconds();
  assert.equal(words(textOf(parseSince("90s"), now)), ["two", "three"]);
  assert.equal(words(textOf(parseSince("1970-01-01 00:02"), now)), ["three"]);
  assert.equal(words(textOf(parseSince("1d"), now)), ["one", "two", "three"]);
});

test("a follower shows each new line once, also over a rotation", () => {
  const { platform, web } = logs();
  web.note("before");
  const follower = new LogFollower(platform.files, "web");
  const next = () => follower.next().map(({ text }) => text.slice(28, 40));
  web.note("first");
  assert.equal([next(), next()], [["bq2: first"], []]);
  web.note("second");
  for (let i = 0; i < 20; i++) web.add(encodeUtf8(`${"x".repeat(65_535)}\n`));
  assert.equal(next()[0], "bq2: second");
  web.note("third");
  assert.equal(next(), ["bq2: third"]);
});

test("without logs the error says where they would be; odd moments are refused", () => {
  assert.throws(() => loggedServices(memoryPlatform().files), /\/var\/log\/bq2 has none/);
  for (const odd of ["yesterday", "5", "5x", "12:30"]) assert.throws(() => parseSince(odd), /neither a time/);
});
