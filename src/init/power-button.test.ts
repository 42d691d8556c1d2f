import { assert, test } from "../base/testing.ts";
import { hasPowerKey, isPowerPressed } from "./power-button.ts";

/** struct input_event: 16 bytes of time, type, code, value. */
function event(type: number, code: number, value: number): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, type, true);
  view.setUint16(18, code, true);
  view.setInt32(20, value, true);
  return bytes;
}

test("the ACPI button and a keyboard have the power key; a mouse and an empty device do not", () => {
  assert.ok(hasPowerKey("10000000000000 0\n"));
  assert.ok(hasPowerKey("402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe\n"));
  assert.ok(hasPowerKey("1f0000 0 0 0 0\n") === false);
  assert.ok(hasPowerKey("0\n") === false);
});

test("the key going down counts; going up, other keys and other events do not", () => {
  const sync = event(0, 0, 0);
  assert.ok(isPowerPressed(Uint8Array.from([...sync, ...event(1, 116, 1), ...sync])));
  for (const other of [event(1, 116, 0), event(1, 30, 1), event(2, 116, 1), new Uint8Array(0)])
    assert.ok(!isPowerPressed(other));
  assert.ok(!isPowerPressed(event(1, 116, 1).subarray(0, 23)), "half an event");
});
