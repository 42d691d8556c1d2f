/** Whichever process of a namespace dies, nothing is left behind. The host's /proc is the judge. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import { errorCode } from "../base/error.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { namespaceCommand } from "./namespace.ts";
import {
  makePlace,
  overlayView,
  type Place,
  processesMarked,
  removePlace,
  startInView,
  USERS,
  type User,
} from "./test-place.ts";

const available = requireTools("busybox", "unshare", "setpriv", "ldd", "which", "chmod", "chown");

let place: Place;
beforeAll(() => {
  if (available) place = makePlace();
});
afterAll(() => {
  if (available) removePlace(place);
});

/** A shell with a child, a grandchild in its own session, and an orphan. */
const BUSY = "sleep 1000 & setsid sleep 1001 & (sleep 1002 &); echo ready; wait";
/** Caller, unshare, unshare, program, shell, three sleepers. */
const BUSY_PROCESSES = 8;

let count = 0;
function start(user: User): { readonly child: ChildProcess; readonly mark: string } {
  const mark = `${process.pid}-${++count}`;
  return { mark, child: startInView(place, user, overlayView(place, `kill ${mark}`, user), BUSY, mark) };
}

/** Waits until `accept` returns true for the living processes, and returns them. */
async function processesUntil(
  mark: string,
  accept: (ids: number[]) => boolean,
  seconds = 10,
): Promise<number[]> {
  for (let tries = seconds * 50; ; tries--) {
    const ids = processesMarked(mark);
    if (accept(ids) || tries === 0) return ids;
    await sleep(20);
  }
}

describe.skipIf(!available).each(USERS)("kill -9 as %s", (user) => {
  test("of each process of the chain, and of the work in it", async () => {
    for (let victim = 0; victim < BUSY_PROCESSES - 3; victim++) {
      const { child, mark } = start(user);
      const ids = await processesUntil(mark, ({ length }) => length === BUSY_PROCESSES);
      expect(ids.length).toBe(BUSY_PROCESSES);
      const target = ids[victim];
      if (target === undefined) throw new Error("no such process");
      process.kill(target, "SIGKILL");
      expect(await processesUntil(mark, ({ length }) => length === 0), `after process ${victim}`).toEqual([]);
      expect(child.exitCode === null ? child.signalCode : child.exitCode).not.toBe(0);
    }
  });

  test("of the caller at any moment of the start", async () => {
    for (let milliseconds = 0; milliseconds <= 400; milliseconds += 25) {
      const { child, mark } = start(user);
      await sleep(milliseconds);
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      expect(await processesUntil(mark, ({ length }) => length === 0), `after ${milliseconds} ms`).toEqual(
        [],
      );
    }
  });
});

test("without util-linux the error says what to install", () => {
  const platform = memoryPlatform();
  try {
    namespaceCommand(platform, ["true"], false);
    expect.unreachable();
  } catch (error) {
    expect(errorCode(error)).toBe("missing-tool");
  }
});
