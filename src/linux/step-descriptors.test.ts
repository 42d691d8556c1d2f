import { assert, test } from "../base/testing.ts";
import { FIRST_EXTRA_FD } from "../platform/platform.ts";
import { asExtraFds, STEP_DESCRIPTORS } from "./step-descriptors.ts";

test("asExtraFds is in the order of the table's numbers", () => {
  const numbers = asExtraFds(STEP_DESCRIPTORS);
  assert.equal(
    numbers,
    numbers.map((_, position) => FIRST_EXTRA_FD + position),
  );
  assert.equal(asExtraFds({ result: 20, jobs: [30, 31] }), [20, 30, 31]);
});
