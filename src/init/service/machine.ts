/** Services as processes of this machine. */

import { decodeUtf8 } from "../../base/text.ts";
import { bindSocket, readAvailable } from "../../linux/unix-socket.ts";
import { makeFolders } from "../../platform/files.ts";
import type { Child, Platform } from "../../platform/platform.ts";
import type { Condition } from "../../system/check-services.ts";
import type { Service } from "../../system/description.ts";
import { cgroupOf, isCgroupEmpty, signalCgroup } from "./cgroup.ts";
import { environmentOf, prepareChild, userOf } from "./child.ts";
import { isMet, isPortOpen } from "./conditions.ts";
import type { Run, ServiceHost } from "./host.ts";
import { Output } from "./output.ts";

const NOTIFY_FOLDER = "/run/bq2/notify";

/** Room for one message of sd_notify(3). */
const message = new Uint8Array(4096);

/** A service's own things, which all its runs share. */
interface Equipment {
  readonly output: Output;
  /** The socket for `ready: notify`. */
  readonly notifyFd: number | undefined;
  /** The latest; without cgroups its process group represents all its processes. */
  child: Child | undefined;
  cgroup: string | undefined;
}

export class Machine implements ServiceHost {
  readonly #platform: Platform;
  readonly #equipment = new Map<string, Equipment>();
  readonly #failed: (error: unknown) => void;

  /** `failed`: the output of a service can no longer be read. */
  constructor(platform: Platform, failed: (error: unknown) => void) {
    this.#platform = platform;
    this.#failed = failed;
  }

  async spawn(service: Service): Promise<Run> {
    const platform = this.#platform;
    const user = userOf(platform, service);
    const cgroup = cgroupOf(platform, service);
    const equipment = this.#equipmentOf(service);
    const notifyFd = equipment.notifyFd;
    if (notifyFd !== undefined) {
      platform.files.setOwner(notifyPath(service), user.account.uid, user.account.gid);
      while (readAvailable(platform, notifyFd, message) !== undefined); // messages of an earlier run
    }
    const env = environmentOf(service, user.account);
    const output = { fd: equipment.output.writeEnd };
    const child = await platform.processes.spawn({
      argv: service.run,
      cwd: service.cwd,
      env: notifyFd === undefined ? env : { ...env, NOTIFY_SOCKET: notifyPath(service) },
      stdin: "ignore",
      stdout: output,
      stderr: output,
      ownGroup: true,
      beforeStart: () => prepareChild(platform, service, user, cgroup),
    });
    equipment.child = child;
    equipment.cgroup = cgroup;
    return { pid: child.pid, exit: child.wait() };
  }

  signal(service: Service, signal: string): void {
    const { cgroup, child } = this.#equipmentOf(service);
    if (cgroup === undefined) child?.killGroup(signal);
    else signalCgroup(this.#platform, cgroup, signal);
  }

  isGone(service: Service): boolean {
    const { cgroup } = this.#equipmentOf(service);
    return cgroup === undefined || isCgroupEmpty(this.#platform, cgroup);
  }

  isReady(service: Service): boolean {
    const { ready } = service;
    if (ready.kind === "port") return isPortOpen(this.#platform, ready.port);
    return ready.kind === "started" || this.#hasReportedReady(service);
  }

  isMet(condition: Condition): boolean {
    return isMet(this.#platform, condition);
  }

  note(service: Service, text: string): void {
    this.#equipmentOf(service).output.note(text);
  }

  /** Writes what is left of all logs, and closes them. */
  finishLogs(): void {
    for (const { output } of this.#equipment.values()) output.finish();
  }

  /** sd_notify(3): lines, of which only READY=1 matters here. */
  #hasReportedReady(service: Service): boolean {
    const { notifyFd } = this.#equipmentOf(service);
    if (notifyFd === undefined) return false;
    for (;;) {
      const bytes = readAvailable(this.#platform, notifyFd, message);
      if (bytes === undefined) return false;
      if (decodeUtf8(bytes).split("\n").includes("READY=1")) return true;
    }
  }

  #equipmentOf(service: Service): Equipment {
    const known = this.#equipment.get(service.name);
    if (known !== undefined) return known;
    const output = new Output(this.#platform, service.name);
    output.follow().catch(this.#failed);
    const notifyFd = service.ready.kind === "notify" ? this.#openNotifySocket(service) : undefined;
    const made = { output, notifyFd, child: undefined, cgroup: undefined };
    this.#equipment.set(service.name, made);
    return made;
  }

  /** Only the user of the service may write to it, so nobody else reports it ready. */
  #openNotifySocket(service: Service): number {
    makeFolders(this.#platform.files, NOTIFY_FOLDER, 0o755);
    return bindSocket(this.#platform, notifyPath(service), { kind: "datagram", mode: 0o600 });
  }
}

function notifyPath({ name }: Service): string {
  return `${NOTIFY_FOLDER}/${name}`;
}
