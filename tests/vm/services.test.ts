/** Services in a booted machine: users, restarts, readiness, logs, commands, and the order of their ends. */
import { execFile, execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testService } from "../../src/init/service/test-service.ts";
import { READY_MARKER } from "../../src/init/system.ts";
import {
  DESCRIPTION_FILE,
  DESCRIPTION_FORMAT,
  type Description,
  type Service,
} from "../../src/system/description.ts";
import { BUILD_MINUTES, type BuiltImage, buildImage, canBootImage } from "./built-image.ts";
import { type Vm, withVm } from "./qemu.ts";

/** Under emulation, on a busy machine. */
const BOOT_SECONDS = 240;
const ANSWER_SECONDS = 90;
const END_SECONDS = 120;

/** A shell script that runs until a signal, and shows on the console that it has got it. */
function loop(name: string, changes: Partial<Service> = {}): Service {
  const end = `echo ended-${name} > /dev/console; exit 0`;
  return testService(name, {
    run: ["/bin/sh", "-c", `trap '${end}' TERM; echo hello from ${name}; while :; do sleep 1; done`],
    ...changes,
  });
}

function script(name: string, text: string, changes: Partial<Service> = {}): Service {
  return testService(name, { run: ["/bin/sh", "-c", text], ...changes });
}

const NOTES = "notes:*:1000:1000:notes:/var/lib/notes:/bin/sh\n";

const SERVICES: readonly Service[] = [
  loop("proxy", { after: ["app"] }),
  loop("app", { after: ["database", "prepare", "network", "time"] }),
  loop("database"),
  script("prepare", "echo once >> /run/prepared", { kind: "once", restart: "never" }),
  testService("web", {
    run: ["nc", "-lk", "-p", "80", "-e", "echo", "hello"],
    user: "notes",
    lowPorts: true,
    noNewPrivileges: true,
    ready: { kind: "port", port: 80 },
  }),
  script(
    "confined",
    "id; grep -E '^(NoNewPrivs|CapEff)' /proc/self/status; env; pwd; ls -A /tmp; " +
      "touch /etc/x; touch /var/lib/notes/x && echo home-ok; cat /proc/self/cgroup; sleep 1000",
    {
      user: "notes",
      groups: ["log"],
      env: { WORD: "a b" },
      cwd: "/var/lib/notes",
      privateTmp: true,
      readOnlyRoot: true,
      noNewPrivileges: true,
      limits: { memoryBytes: null, processes: 7, cpuPercent: null },
    },
  ),
  script("broken", "exit 3", { restartLimit: { starts: 3, seconds: 60 } }),
  script("greedy", "true", { limits: { memoryBytes: 1 << 20, processes: null, cpuPercent: null } }),
  script("flood", "while :; do cat /proc/kallsyms /usr/bin/busybox; done", { restart: "never" }),
];

function description(services: readonly Service[]): Description {
  const interfaces = [{ match: "*", addressing: { kind: "dhcp" as const }, mtu: null }];
  return {
    format: DESCRIPTION_FORMAT,
    name: "test",
    sysctls: {},
    network: { interfaces, nameServers: [] },
    services: [...services],
  };
}

describe.skipIf(!canBootImage())("services", () => {
  let image: BuiltImage;
  let folder: string;
  beforeAll(
    async () => {
      image = await buildImage();
      folder = mkdtempSync(join(tmpdir(), "bq2-services-"));
    },
    BUILD_MINUTES * 60 * 1000,
  );
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The built system, without the sources, with this description and a user. */
  async function diskWith(text: string): Promise<string> {
    const rootfs = mkdtempSync(join(folder, "rootfs-"));
    const output = `${rootfs}.qcow2`;
    const source = ["-C", image.rootfs, "--exclude=./workspace", "-cf", "-", "."];
    execFileSync("tar", ["-C", rootfs, "-xf", "-"], {
      input: execFileSync("tar", source, { maxBuffer: 2 ** 30 }),
    });
    mkdirSync(join(rootfs, "etc/bq2"), { recursive: true });
    writeFileSync(join(rootfs, DESCRIPTION_FILE), text);
    appendFileSync(join(rootfs, "etc/passwd"), NOTES);
    appendFileSync(join(rootfs, "etc/group"), "notes:x:1000:\nlog:x:4:\n");
    mkdirSync(join(rootfs, "var/lib/notes"), { mode: 0o777 });
    execFileSync("chmod", ["777", join(rootfs, "var/lib/notes")]);
    await promisify(execFile)("bin/bq2", [
      "image",
      "--rootfs",
      rootfs,
      "--kernel",
      image.kernel,
      "--output",
      output,
    ]);
    rmSync(rootfs, { recursive: true });
    return output;
  }

  async function boot(text: string, body: (vm: Vm) => Promise<void>): Promise<void> {
    const disk = { path: await diskWith(text), format: "qcow2" } as const;
    const kernel = { path: image.kernel, words: "bq2.console=shell", writes: "forget" } as const;
    await withVm({ arch: "x86_64", disk, kernel, network: true }, body);
  }

  /** What a shell command prints; the quotes distinguish it from the echo of the typed line. */
  async function answer(vm: Vm, command: string): Promise<string> {
    vm.send(`echo 'b'egin=; ${command}; echo 'e'nd=$?=\n`);
    const [, text = ""] = await vm.waitFor(/\nbegin=\n([\s\S]*?end=\d+=)\n/, ANSWER_SECONDS);
    return text;
  }

  async function bootToShell(vm: Vm): Promise<void> {
    await vm.waitFor(new RegExp(READY_MARKER), BOOT_SECONDS);
    await vm.waitFor(/# /, ANSWER_SECONDS);
  }

  /** Waits until `bq2 services` shows this. */
  async function untilShown(vm: Vm, pattern: string): Promise<void> {
    const look = `for i in $(seq 40); do bq2 services | grep -q -E '${pattern}' && break; sleep 1; done`;
    await answer(vm, look);
    expect(await answer(vm, `bq2 services | grep -E '${pattern}'`)).toMatch(/end=0=$/);
  }

  async function checkStates(vm: Vm): Promise<void> {
    for (const name of ["proxy", "app", "database", "web", "confined", "flood"])
      await untilShown(vm, `^${name} +running +[0-9-]+T[0-9:]+Z +[0-9]+ +0`);
    await untilShown(vm, "^prepare +done .* - +0 +code 0");
    await untilShown(vm, "^broken +failed .* 3 starts within 60 s were not enough; .* code 3");
    await untilShown(vm, "^greedy +failed .* Cannot limit the memory of greedy: this kernel has no memory");
    expect(await answer(vm, "cat /run/prepared; echo | nc 127.0.0.1 80")).toMatch(/^once\nhello\n/);
  }

  async function checkConfined(vm: Vm): Promise<void> {
    const text = await answer(vm, "bq2 logs confined | cut -d' ' -f2-");
    expect(text).toMatch(/uid=1000\(notes\) gid=1000\(notes\) groups=(4\(log\),1000|1000\(notes\),4)/);
    expect(text).toMatch(/CapEff:\s0{16}\nNoNewPrivs:\s1\n/);
    for (const line of ["WORD=a b", "HOME=/var/lib/notes", "USER=notes", "/var/lib/notes", "home-ok"])
      expect(text).toContain(`\n${line}\n`);
    expect(text).toMatch(/\/etc\/x: Read-only file system/);
    expect(text).toContain("0::/bq2/confined\n");
    expect(await answer(vm, "touch /etc/y && cat /sys/fs/cgroup/bq2/confined/pids.max")).toMatch(/^7\n/);
  }

  async function checkRestarts(vm: Vm): Promise<void> {
    const kill =
      "for i in 1 2 3; do kill -9 $(sed -n '$p' /sys/fs/cgroup/bq2/database/cgroup.procs); sleep 3; " +
      "kill -9 $(bq2 services | awk '$1 == \"database\" { print $4 }'); sleep 3; done";
    await answer(vm, kill);
    await untilShown(vm, "^database +running .* [0-9]+ +[3-6] +SIGKILL");
    expect(await answer(vm, "grep -l 'State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l")).toMatch(/^0\n/);
  }

  async function checkCommands(vm: Vm): Promise<void> {
    expect(await answer(vm, "bq2 service stop databas")).toMatch(/did you mean database\?\)\nend=1=$/);
    expect(await answer(vm, "bq2 service stop confined; bq2 services | grep confined")).toMatch(
      /^confined: stopped\nconfined +stopped .* - +0 +SIGTERM\n/,
    );
    expect(
      await answer(
        vm,
        "ls /sys/fs/cgroup/bq2/confined/ | grep -c procs; cat /sys/fs/cgroup/bq2/confined/cgroup.procs",
      ),
    ).toMatch(/^1\nend/);
    expect(await answer(vm, "bq2 service start confined")).toMatch(
      /^confined: running, process \d+\nend=0=$/,
    );
    expect(await answer(vm, "bq2 service start greedy")).toMatch(/greedy: failed: Cannot .*\nend=1=$/);
    expect(await answer(vm, "bq2 logs database")).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z bq2: starting\n\S+Z hello from database\n/,
    );
    expect(await answer(vm, "bq2 logs --since 2099-01-01")).toMatch(/^end=0=$/);
    vm.send("bq2 logs app --follow\n");
    await vm.waitFor(/Z hello from app/, ANSWER_SECONDS);
    vm.send("\x03");
    expect(await answer(vm, "du -sk /var/log/bq2 | cut -f1; ls /var/log/bq2 | grep -c flood")).toMatch(
      /^\d{1,4}\n4\n/,
    );
  }

  test(
    "services start in order, as their users, are restarted, answer commands, and stop in reverse order",
    async () => {
      await boot(JSON.stringify(description(SERVICES)), async (vm) => {
        await bootToShell(vm);
        await checkStates(vm);
        await checkConfined(vm);
        await checkRestarts(vm);
        await checkCommands(vm);
        vm.send("poweroff\n");
        await vm.waitFor(/bq2: powering off/, ANSWER_SECONDS);
        await vm.waitFor(/ended-proxy[\s\S]*ended-app[\s\S]*ended-database/, END_SECONDS);
        await vm.waitForPowerOff(END_SECONDS);
        expect(vm.log().split("bq2: powering off").at(-1)).not.toMatch(/bq2: (shutdown|Cannot)/);
      });
    },
    20 * 60 * 1000,
  );

  test("an invalid description opens the rescue prompt with one line that says where", async () => {
    const odd = { ...description([]), services: [{ ...testService("web"), user: "Not A User" }] };
    await boot(JSON.stringify(odd), async (vm) => {
      await vm.waitFor(
        /rescue: Cannot use \/etc\/bq2\/system\.json: at \$\.services\.0\.user: not a user name.*\n/,
        BOOT_SECONDS,
      );
      await vm.waitFor(/# /, ANSWER_SECONDS);
      vm.send("poweroff\n");
      await vm.waitForPowerOff(END_SECONDS);
    });
  });
});
