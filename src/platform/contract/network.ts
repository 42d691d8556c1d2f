/** The contract of {@link Network} without servers; `applets/curl/curl.oracle.test.ts` has servers. */
import { assert, test } from "../../base/testing.ts";
import type { Network } from "../network.ts";
import { SystemError } from "../platform.ts";

/** A port without a listener: tcpmux, which no system has offered for decades. */
const CLOSED_PORT = 1;
/** Reserved for documentation (RFC 5737): no network leads there. */
const NOWHERE = "192.0.2.1";

export function networkContract(name: string, network: Network): void {
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
}
