/** When a reader stops reading, the writer ends with an error and does not hang. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { serve, startServer } from "../../src/sources/test-server.ts";
import { requireTools } from "../oracle.ts";

const { bq2 } = inject("built");
/** More than a pipe holds (pipe(7): 65,536 bytes). */
const BODY = Buffer.alloc(1_000_000, "x");

test.skipIf(!requireTools("bash", "curl"))("our curl ends like curl when its output is closed", async () => {
  const server = await startServer({ "/file": serve(BODY) });
  try {
    // The reader ends before there is anything to read.
    const status = async (program: string): Promise<string> => {
      const writer = `{ sleep 0.5; ${program} -s ${server.base}/file; }`;
      const script = `${writer} | exec true; echo "\${PIPESTATUS[0]}"`;
      const { stdout } = await promisify(execFile)("bash", ["-c", script], { timeout: 60_000 });
      return stdout;
    };
    expect(await status(`${bq2} curl`)).toBe(await status("curl"));
  } finally {
    await server.close();
  }
});
