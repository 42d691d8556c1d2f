/** Runs before each test file under vitest: provides what shared tests need from their engine. */
import { nodeBulk } from "../src/platform/node/bulk.ts";
import { giveTestBulk } from "../src/platform/test-bulk.ts";

giveTestBulk(nodeBulk);
