import { assert, test } from "../base/testing.ts";
import { describeFailure, firstPlace, userFrames } from "./stack.ts";

const STACK = `    at inner (/root/a.ts:3:9)
    at map (native)
    at outer (/root/a.ts:7:1)
    at evaluate (native)
    at run (src/script/run.ts:5:72)
    at <anonymous> (main:1:1)
`;

test("only the user's frames are kept", () => {
  assert.equal(userFrames(STACK, ""), [
    "    at inner (/root/a.ts:3:9)",
    "    at map (native)",
    "    at outer (/root/a.ts:7:1)",
  ]);
});

test("when run from source, the program's files are not the user's, but other files beside them are", () => {
  const stack = "    at a (/p/x.ts:1:1)\n    at run (/p/src/script/run.ts:5:72)\n    at /p/bq2.ts:9:1\n";
  assert.equal(userFrames(stack, "/p/"), ["    at a (/p/x.ts:1:1)"]);
});

test("the stack of a deep recursion is cut", () => {
  const frames = userFrames("    at r (/a.ts:1:1)\n".repeat(1000), "");
  assert.equal(frames.length, 13);
  assert.equal(frames.at(-1), "    … 988 more");
});

test("the first place is found in both forms of frames", () => {
  assert.equal(firstPlace("    at f (native)\n    at /a b.ts:3:9\n"), {
    file: "/a b.ts",
    line: 3,
    column: 9,
  });
  assert.equal(firstPlace("    at <eval> (/x/<prompt>:1:44)"), { file: "/x/<prompt>", line: 1, column: 44 });
  assert.equal(firstPlace(""), undefined);
});

test("causes and the parts of an aggregate are shown", () => {
  const error = new Error("outer", { cause: new RangeError("inner") });
  assert.match(describeFailure(error, String), /^Error: outer\n.*caused by RangeError: inner/s);
  const many = new AggregateError([new TypeError("one"), 2], "several");
  assert.match(describeFailure(many, String), /^AggregateError: several\n.*of TypeError: one\n.*of 2/s);
  assert.equal(describeFailure(undefined, String), "undefined");
});
