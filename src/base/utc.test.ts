import { assert, test } from "./testing.ts";
import { utcText } from "./utc.ts";

test("times agree with Date", () => {
  const DAY = 86400;
  const times = [0, 951782399, 951782400, 1078012800, 1752451200, 4107542400, 13569465600];
  for (let day = 0; day < 40 * 365; day += 13) times.push(day * DAY + ((day * 7919) % DAY));
  for (const seconds of times) {
    assert.equal(utcText(seconds), new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " "));
  }
});
