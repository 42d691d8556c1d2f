/** A system of a user's own: from `bq2 new` to a machine. */
import { execFile, execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { READY_MARKER } from "../../src/init/system.ts";
import { projectFolder } from "../../tools/project-files.ts";
import { BUILD_MINUTES, canBootImage } from "./built-image.ts";
import { withVm } from "./qemu.ts";

/** Under emulation, on a busy machine. */
const BOOT_SECONDS = 240;
const ANSWER_SECONDS = 60;

const SYSTEM = `
import { dhcp, file, folder, service, system, user } from "bq2/system";
import { make } from "bq2/packages";

export default system({
  name: "demo",
  packages: [make],
  files: [
    file("/etc/motd", "hello\\n"),
    file("/etc/secret", "x\\n", { mode: 0o600, user: "demo" }),
    folder("/srv/demo", "./app"),
  ],
  users: [user("demo", { home: "/var/lib/demo", sshKeys: ["ssh-ed25519 AAAA me"] })],
  services: [service("demo", { run: ["/srv/demo/run"], user: "demo" })],
  network: dhcp(),
});
`;

/** Waits for the service, then shows what the machine is. */
const CHECK = `#!/bin/sh
until [ -s /var/lib/demo/begun ]; do sleep 1; done
hostname
cat /etc/motd /var/lib/demo/begun
ls -l /var/lib/demo/begun
make --version
`;

describe.skipIf(!canBootImage())("a system of one's own", () => {
  let parent: string;
  let folder: string;
  const bq2 = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(join(projectFolder, "bin/bq2"), args, { cwd: folder, maxBuffer: 2 ** 28 }))
      .stdout;

  beforeAll(
    async () => {
      parent = mkdtempSync(join(tmpdir(), "bq2-new-"));
      folder = parent;
      await bq2("new", "demo");
      folder = join(parent, "demo");
      await bq2("build");
      writeFileSync(join(folder, "system.ts"), SYSTEM);
      writeFileSync(
        join(folder, "app/run"),
        "#!/bin/sh\necho begun >/var/lib/demo/begun\nexec sleep 1000000\n",
      );
      writeFileSync(join(folder, "app/check"), CHECK);
      for (const name of ["run", "check"]) chmodSync(join(folder, "app", name), 0o755);
      await bq2("build");
    },
    BUILD_MINUTES * 60 * 1000,
  );
  afterAll(() => rmSync(parent, { recursive: true }));

  test("the tarball has the files, owners and modes of the declaration", () => {
    const list = execFileSync("tar", ["-tvzf", join(folder, ".bq2/output/demo-rootfs-x86_64.tar.gz")], {
      encoding: "utf8",
    });
    const lineOf = (path: string): string => list.split("\n").find((line) => line.endsWith(` ${path}`)) ?? "";
    expect(lineOf("etc/secret")).toMatch(/^-rw------- 1000\/1000 +2 /);
    expect(lineOf("srv/demo/run")).toMatch(/^-rwxr-xr-x 0\/0 /);
    expect(lineOf("srv/demo/main.ts")).toMatch(/^-rw-r--r-- 0\/0 /);
    expect(lineOf("var/lib/demo/")).toMatch(/^drwx------ 1000\/1000 /);
    expect(lineOf("var/lib/demo/.ssh/authorized_keys")).toMatch(/^-rw------- 1000\/1000 /);
    expect(lineOf("usr/bin/make")).toMatch(/^-rwxr-xr-x 0\/0 /);
    expect(list).not.toMatch(/usr\/include/);
  });

  test("a changed file of a folder changes the image, and a changed time does not", {
    timeout: 600_000,
  }, async () => {
    const digests = (): string => readFileSync(join(folder, ".bq2/output/SHA256SUMS"), "utf8");
    const before = digests();
    execFileSync("touch", [join(folder, "app/main.ts")]);
    await bq2("build");
    expect(digests()).toBe(before);
    appendFileSync(join(folder, "app/main.ts"), "// more\n");
    await bq2("build");
    expect(digests()).not.toBe(before);
  });

  test("it boots with its name, files and user", { timeout: 900_000 }, async () => {
    const disk = { path: join(folder, ".bq2/output/demo-x86_64.qcow2"), format: "qcow2" } as const;
    await withVm({ arch: "x86_64", disk, network: true }, async (vm) => {
      await vm.waitFor(new RegExp(READY_MARKER), BOOT_SECONDS);
      await vm.waitFor(/> /, ANSWER_SECONDS);
      vm.send("!/srv/demo/check\n");
      await vm.waitFor(/\ndemo\nhello\nbegun\n.* demo +demo +6 .*\nGNU Make /, ANSWER_SECONDS);
    });
  });
});
