/** Seeds that are tarballs: the fixed point, comparing two seeds, and refused seeds. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { InsideAction } from "../../src/plan/action.ts";
import { requireTools } from "../oracle.ts";
import { bq2, documents, expectSuccess, makePlace, type Place, readJson, removePlace } from "./bq2.ts";
import { smallStep, writeSmallPlan } from "./small-plan.ts";

/** A step without programs: the seed's shell is inspected, never started, so the seed can be tiny. */
function actionStep(name: string, actions: InsideAction[]) {
  const step = smallStep(name);
  return { ...step, build: { kind: "actions" as const, why: "a test", actions } };
}

/** Makes a rootfs that can be a seed, with the marker of our own. */
const SHELL = actionStep("shell", [
  { kind: "copy", from: "/bin/sh", to: "/bq2-rootfs/bin/sh", only: "" },
  { kind: "write-file", path: "/bq2-rootfs/.bq2-rootfs", mode: "0644", text: "0.1.0\n" },
]);

describe.skipIf(!requireTools("tar", "unshare"))("seeds", () => {
  let place: Place;
  beforeEach(() => {
    place = makePlace();
  });
  afterEach(() => removePlace(place));

  /** A root filesystem with a "shell" for this machine, or for `machine`, and other files. */
  function pack(
    name: string,
    files: Readonly<Record<string, string>> = {},
    machine = nativeMachine(),
  ): string {
    const root = mkdtempSync(join(place.folder, "root-"));
    mkdirSync(join(root, "bin"));
    const header = Buffer.alloc(64);
    header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    header.writeUInt16LE(machine, 18);
    writeFileSync(join(root, "bin/sh"), header, { mode: 0o755 });
    for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
    const tarball = join(place.folder, name);
    execFileSync("tar", ["-c", "-a", "-f", tarball, "-C", root, "."]);
    return tarball;
  }

  test("a system that keeps nothing of its seed but what it makes again is a fixed point", async () => {
    const note = actionStep("note", [
      { kind: "write-file", path: "/bq2-rootfs/etc/note", mode: "0644", text: "made\n" },
    ]);
    await writeSmallPlan(place, { steps: [SHELL, note], seed: pack("seed.tar.gz") });
    expectSuccess(await bq2(place, "sysroot"));
    const proof = expectSuccess(await bq2(place, "verify", "fixpoint"));
    expect(proof.out).toBe(
      "equal   rootfs-from-sysroot/shell\nequal   rootfs-from-sysroot/note\nequal   finalize-rootfs/rootfs-tarball\n",
    );
  });

  test("a system that contains its seed is not a fixed point: its first such file is named", async () => {
    const carries = actionStep("carries", [
      { kind: "copy", from: "/bin", to: "/bq2-rootfs/usr/seed-bin", only: "" },
    ]);
    await writeSmallPlan(place, { steps: [SHELL, carries], seed: pack("seed.tar.gz", { "bin/first": "1" }) });
    expectSuccess(await bq2(place, "sysroot"));
    const proof = await bq2(place, "verify", "fixpoint");
    expect(proof.code).toBe(1);
    expect(proof.out).toMatch(/^equal +rootfs-from-sysroot\/shell$/m);
    expect(proof.out).toMatch(
      /^differs +rootfs-from-sysroot\/carries +\/usr\/seed-bin\/first: only the first has it$/m,
    );
    expect(proof.error).toMatch(/2 of 3 packages differ/);
  });

  test("two seeds are compared package by package", async () => {
    const copies = actionStep("copies", [
      { kind: "copy", from: "/bin/name", to: "/bq2-rootfs/usr/name", only: "" },
    ]);
    const [a, b] = [pack("a.tar", { "bin/name": "a" }), pack("b.tar", { "bin/name": "b" })];
    await writeSmallPlan(place, { steps: [SHELL, copies], seed: a });
    const proof = await bq2(place, "verify", "seeds", a, b);
    expect(proof.code).toBe(1);
    expect(proof.out).toMatch(/^equal +rootfs-from-sysroot\/shell$/m);
    expect(proof.out).toMatch(/^differs +rootfs-from-sysroot\/copies +\/usr\/name: different content/m);
    expectSuccess(await bq2(place, "verify", "seeds", a, a));
  });

  test("a seed of another architecture or another digest is refused", async () => {
    const foreign = pack("foreign.tar", {}, nativeMachine() === 62 ? 183 : 62);
    await writeSmallPlan(place, { steps: [SHELL], seed: foreign });
    const wrongArch = await bq2(place, "sysroot");
    expect([wrongArch.code, wrongArch.error]).toEqual([
      1,
      expect.stringMatching(/Cannot use .*foreign\.tar as a seed: its \/bin\/sh is for .*, wanted .*hint/),
    ]);
    const seed = pack("seed.tar");
    const other = { ...place, workdir: join(place.folder, "other") };
    await writeSmallPlan(other, { steps: [SHELL], seed });
    const wrongDigest = await bq2(other, "sysroot", "--seed-sha256", "1".repeat(64));
    expect([wrongDigest.code, wrongDigest.error]).toEqual([
      1,
      expect.stringMatching(/Cannot use seed .*seed\.tar: its sha256 is .*, wanted 1111.*hint/),
    ]);
  });

  test("a plan of an older version is refused, with a hint", async () => {
    await writeSmallPlan(place, { steps: [SHELL], seed: pack("seed.tar") });
    const plan = readJson<Record<string, unknown>>(documents(place, "plan"));
    writeFileSync(documents(place, "plan"), JSON.stringify({ ...plan, format: "bq2-plan/0" }));
    for (const command of ["sysroot", "sysroot-status"]) {
      const refused = await bq2(place, command);
      expect([refused.code, refused.error]).toEqual([
        1,
        expect.stringMatching(/sysroot-build-plan\.json.*bq2-plan\/0.*bq2-plan\/[1-9].*hint: .*--no-resume/),
      ]);
    }
    const { sources, ...older } = plan;
    expect(sources).toBe(true);
    writeFileSync(documents(place, "plan"), JSON.stringify(older));
    expect((await bq2(place, "sysroot")).error).toMatch(/at \$\.sources: .*hint: .*--no-resume/);
    expect(readFileSync(documents(place, "plan"), "utf8")).toBe(JSON.stringify(older));
  });
});

/** EM_X86_64 or EM_AARCH64, linux/elf-em.h. */
function nativeMachine(): number {
  return process.arch === "x64" ? 62 : 183;
}
