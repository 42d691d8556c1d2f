import { assert, test } from "../../base/testing.ts";
import { readText } from "../../platform/files.ts";
import type { Service } from "../../system/description.ts";
import { testMachine } from "../test-machine.ts";
import { cgroupOf, isCgroupEmpty, signalCgroup } from "./cgroup.ts";
import { environmentOf, prepareChild, userOf } from "./child.ts";
import { testService } from "./test-service.ts";

const CGROUPS = "/sys/fs/cgroup";
const FILES = {
  "/etc/passwd": "root:*:0:0:root:/root:/bin/sh\nnotes:*:1000:1000::/home/notes:/bin/sh\n",
  "/etc/group": "notes:x:1000:\nlog:x:4:\nweb:x:33:notes\n",
  [`${CGROUPS}/cgroup.controllers`]: "cpuset pids\n",
  [`${CGROUPS}/bq2/web/cgroup.procs`]: "7\n8\n",
  [`${CGROUPS}/bq2/web/cgroup.events`]: "populated 1\nfrozen 0\n",
  "/home/notes/x": "",
  "/var/x": "",
};

/** The system calls by which the child of the service prepares itself. */
function preparation(changes: Partial<Service>): readonly string[] {
  const { platform, calls } = testMachine(FILES);
  const service = testService("web", changes);
  prepareChild(platform, service, userOf(platform, service), `${CGROUPS}/bq2/web`);
  assert.equal(readText(platform.files, `${CGROUPS}/bq2/web/cgroup.procs`), "0");
  return calls;
}

test("a child becomes its user, with the user's groups and those of the service", () => {
  assert.equal(preparation({}), ["setgroups 1 bytes", "setresgid 0 0 0", "setresuid 0 0 0"]);
  assert.equal(preparation({ user: "notes", groups: ["log"] }), [
    "setgroups 3 bytes",
    "setresgid 1000 1000 1000",
    "setresuid 1000 1000 1000",
  ]);
});

test("low ports need a capability that survives the change of user; privileges are renounced last", () => {
  assert.equal(preparation({ user: "notes", lowPorts: true, noNewPrivileges: true }), [
    "prctl 8 1 0 0 0", // PR_SET_KEEPCAPS
    "setgroups 2 bytes",
    "setresgid 1000 1000 1000",
    "setresuid 1000 1000 1000",
    "capset bytes bytes",
    "prctl 47 2 10 0 0", // PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE
    "prctl 38 1 0 0 0", // PR_SET_NO_NEW_PRIVS
  ]);
  assert.equal(preparation({ lowPorts: true }).length, 3, "root may use low ports anyway");
});

test("own mounts come before the change of user, and leave /var and the home writable", () => {
  const mounts = preparation({ user: "notes", privateTmp: true, readOnlyRoot: true });
  assert.equal(mounts.slice(0, 6), [
    "unshare 131072", // CLONE_NEWNS
    "mount null / null 278528 null", // MS_REC | MS_PRIVATE
    "mount tmpfs /tmp tmpfs 6 mode=1777",
    "mount /var /var null 20480 null", // MS_BIND | MS_REC
    "mount /home/notes /home/notes null 20480 null",
    "mount null / null 4129 null", // MS_REMOUNT | MS_BIND | MS_RDONLY
  ]);
});

test("a missing user or group is named", () => {
  const { platform } = testMachine(FILES);
  assert.throws(() => userOf(platform, testService("web", { user: "nots" })), /web: there is no user nots/);
  assert.throws(() => userOf(platform, testService("web", { groups: ["x"] })), /no group x in \/etc\/group/);
});

test("the environment is the user's, and the service's own variables", () => {
  const { platform } = testMachine(FILES);
  const service = testService("web", { user: "notes", env: { A: "1", PATH: "/opt/bin" } });
  assert.equal(environmentOf(service, userOf(platform, service).account), {
    HOME: "/home/notes",
    LOGNAME: "notes",
    PATH: "/opt/bin",
    SHELL: "/bin/sh",
    USER: "notes",
    A: "1",
  });
});

test("limits are set in the cgroup; one that the kernel lacks is refused", () => {
  const { platform } = testMachine(FILES);
  const limits = { memoryBytes: null, processes: 5, cpuPercent: null };
  assert.equal(cgroupOf(platform, testService("web", { limits })), `${CGROUPS}/bq2/web`);
  assert.equal(readText(platform.files, `${CGROUPS}/bq2/web/pids.max`), "5");
  for (const path of [CGROUPS, `${CGROUPS}/bq2`])
    assert.equal(readText(platform.files, `${path}/cgroup.subtree_control`), "+pids");
  const greedy = testService("web", { limits: { ...limits, memoryBytes: 1 } });
  assert.throws(() => cgroupOf(platform, greedy), /the memory of web: this kernel has no memory controller/);
  const without = testMachine({});
  assert.equal(cgroupOf(without.platform, testService("web")), undefined);
  assert.throws(() => cgroupOf(without.platform, greedy), /cgroups are not mounted/);
});

test("a signal reaches every process of a cgroup; SIGKILL by the kernel's own file if it has one", () => {
  const { platform, calls } = testMachine(FILES);
  const folder = `${CGROUPS}/bq2/web`;
  signalCgroup(platform, folder, "SIGTERM");
  signalCgroup(platform, folder, "SIGKILL");
  assert.equal(calls, ["kill 7 15", "kill 8 15", "kill 7 9", "kill 8 9"]);
  platform.files.writeFile(`${folder}/cgroup.kill`, new Uint8Array());
  signalCgroup(platform, folder, "SIGKILL");
  assert.equal([calls.length, readText(platform.files, `${folder}/cgroup.kill`)], [4, "1"]);
  assert.equal([isCgroupEmpty(platform, folder), isCgroupEmpty(platform, `${folder}-2`)], [false, true]);
});
