/** The checks on this kernel, as it is and with restrictions. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import type { Check } from "./namespace-checks.ts";
import { makePlace, type Place, programArgv, removePlace, USERS } from "./test-place.ts";

const available = requireTools("busybox", "unshare", "setpriv", "mount", "ldd", "which", "chmod", "chown");

let place: Place;
beforeAll(() => {
  if (available) place = makePlace();
});
afterAll(() => {
  if (available) removePlace(place);
});

/** A user namespace whose root first runs `script`, which adds restrictions. */
function stricter(script: string): readonly string[] {
  return [
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "--pid",
    "--fork",
    "--mount-proc",
    "sh",
    "-c",
    `${script}; exec "$@"`,
    "sh",
  ];
}

describe.skipIf(!available).each(USERS)("checks as %s", (user) => {
  function checks(wrapped: readonly string[]): readonly Check[] {
    const folder = join(place.folder, "checked");
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder);
    fs.chmodSync(folder, 0o777);
    const [command = "", ...args] = programArgv(place, user, ["check", folder], wrapped);
    const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(fs.readdirSync(folder)).toEqual([]);
    return JSON.parse(stdout) as readonly Check[];
  }

  test("every check passes here", () => {
    const found = checks([]);
    expect(found.map(({ ok }) => ok)).toEqual([true, true, true, true, true, true]);
  });

  test("a kernel that allows no user namespaces", () => {
    const last = checks(stricter("echo 0 > /proc/sys/user/max_user_namespaces")).at(-1);
    expect(last).toMatchObject({ name: "user namespaces", ok: false });
    expect(last?.found).toMatch(/unshare failed: No space left on device/);
    expect(last?.fix).toMatch(/sysctl -w user.max_user_namespaces=15000/);
  });

  test("a partly covered /proc", () => {
    const last = checks(stricter("mount -t tmpfs tmpfs /proc/irq")).at(-1);
    expect(last).toMatchObject({ name: "a new /proc", ok: false });
    expect(last?.fix).toMatch(/systempaths=unconfined/);
  });
});
