import { ARCHES } from "../base/arch.ts";
import { rawFirmware } from "../base/arch-facts.ts";
import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import { makeFolders } from "../platform/files.ts";
import { ENOSYS } from "../platform/linux-abi.ts";
import { type MemoryPlatform, memoryPlatform } from "../platform/memory/platform.ts";
import { checkDisk, checkHost } from "./checks.ts";
import { type Check, checkNamespaces } from "./namespace-checks.ts";

interface Machine {
  readonly uid?: number;
  readonly files?: { readonly [path: string]: string };
  /** What unshare says if its arguments contain `argument`; otherwise it succeeds. */
  readonly refuses?: readonly [argument: string, words: string];
  /** Whether the kernel has seccomp filters. */
  readonly filters?: boolean;
}

function machine({ uid = 1000, files = {}, refuses, filters = true }: Machine): MemoryPlatform {
  const syscall = (): number => (filters ? 0 : -ENOSYS); // only seccomp(2) is called
  const kernel = { syscall, fork: undefined, waitReadable: undefined };
  const platform = memoryPlatform({ host: { uid, gid: uid }, kernel });
  const all = {
    "/proc/sys/kernel/osrelease": "6.1.0-44-amd64\n",
    "/proc/filesystems": "nodev\toverlay\n\text4\n",
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    makeFolders(platform.files, path.slice(0, path.lastIndexOf("/")));
    platform.files.writeFile(path, encodeUtf8(text));
  }
  platform.programs.set("unshare", ({ argv, error }) => {
    if (refuses === undefined || !argv.includes(refuses[0])) return 0;
    error(`${refuses[1]}\n`);
    return 1;
  });
  return platform;
}

async function lastCheck(options: Machine): Promise<Check> {
  const platform = machine(options);
  const checks = await checkNamespaces(platform, "/");
  assert.ok(
    platform.files.list("/").every((name) => name === "proc"),
    "the trial's folder is removed",
  );
  const last = checks.at(-1);
  assert.ok(last);
  return last;
}

test("on a suitable machine every check passes", async () => {
  const checks = await checkNamespaces(machine({}), "/");
  assert.equal(
    checks.map(({ ok, fix }) => [ok, fix]),
    Array.from({ length: 6 }, () => [true, ""]),
  );
});

const NOT_PERMITTED = ["--user", "unshare: unshare failed: Operation not permitted"] as const;

const REFUSALS: readonly (readonly [string, Machine, RegExp])[] = [
  [
    "a limit of zero",
    {
      files: { "/proc/sys/user/max_user_namespaces": "0\n" },
      refuses: ["--user", "unshare: unshare failed: No space left on device"],
    },
    /sysctl -w user\.max_user_namespaces=/,
  ],
  [
    "Debian's switch",
    { files: { "/proc/sys/kernel/unprivileged_userns_clone": "0\n" }, refuses: NOT_PERMITTED },
    /sysctl -w kernel\.unprivileged_userns_clone=1/,
  ],
  [
    "Ubuntu's AppArmor",
    {
      files: { "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n" },
      refuses: ["--user", "unshare: write failed /proc/self/uid_map: Operation not permitted"],
    },
    /sysctl -w kernel\.apparmor_restrict_unprivileged_userns=0/,
  ],
  [
    "a container's seccomp",
    { uid: 0, files: { "/proc/self/status": "Name:\tx\nSeccomp:\t2\n" }, refuses: NOT_PERMITTED },
    /seccomp=unconfined/,
  ],
  [
    "a covered /proc",
    { refuses: ["--mount-proc", "unshare: mount /proc failed: Operation not permitted"] },
    /systempaths=unconfined/,
  ],
  [
    "no overlay module",
    {
      files: { "/proc/filesystems": "\text4\n" },
      refuses: ["overlay", "mount: merged: unknown filesystem type 'overlay'."],
    },
    /modprobe overlay/,
  ],
  [
    "a workspace on an overlay",
    { refuses: ["overlay", "mount: merged: wrong fs type, bad option"] },
    /--workdir/,
  ],
  ["an old kernel", { files: { "/proc/sys/kernel/osrelease": "5.4.0-200-generic\n" } }, /Linux 5\.12/],
];

for (const [name, options, fix] of REFUSALS) {
  test(`checkNamespaces names the cause and the fix: ${name}`, async () => {
    const check = await lastCheck(options);
    assert.equal(check.ok, false);
    assert.match(check.fix, fix);
    assert.equal(check.found, options.refuses?.[1] ?? "5.4.0-200-generic");
  });
}

test("checkNamespaces names a kernel without seccomp filters", async () => {
  const { name, ok, fix } = await lastCheck({ filters: false });
  assert.equal([name, ok], ["seccomp filters", false]);
  assert.match(fix, /CONFIG_SECCOMP_FILTER/);
});

test("checkHost reports missing programs and free disk space", async () => {
  const platform = machine({});
  platform.files.writeFile("/firmware.fd", new Uint8Array());
  const firmware = ["/absent.fd", "/firmware.fd"].map((code) => rawFirmware(code, code));
  const emulator = { ...ARCHES.x86_64.emulator, firmware };
  const checks = await checkHost(platform, { folder: "/not/there/yet", emulator });
  const find = (start: string): Check | undefined => checks.find(({ name }) => name.startsWith(start));
  assert.equal(find("unshare")?.ok, true);
  assert.equal([find("xz")?.ok, find("xz")?.fix], [false, "apt-get install xz-utils"]);
  assert.equal([find("qemu-system-x86_64")?.required, find("UEFI")?.found], [false, "/firmware.fd"]);
  assert.equal(find("disk space at /")?.ok, true);
  assert.match(checkDisk(platform, "/", 2 ** 50).fix, /--workdir/);
});
