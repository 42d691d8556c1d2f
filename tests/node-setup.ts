/** Before each test file under vitest: what shared tests take of their engine. */
import { nodeBulk } from "../src/platform/node/bulk.ts";
import { giveTestBulk } from "../src/platform/test-bulk.ts";

giveTestBulk(nodeBulk);
