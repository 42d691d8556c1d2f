/** What the process of a service does before its program starts: its cgroup, its mounts, its user. */

import { Bq2Error } from "../../base/error.ts";
import { type Account, findAccount, findGroup, groupIds } from "../../linux/accounts.ts";
import { changeUser, type Identity } from "../../linux/change-user.ts";
import { bindMount, makeMountsPrivate, mountFileSystem, remount } from "../../linux/mount.ts";
import { systemCall } from "../../linux/syscalls.ts";
import {
  CAP_NET_BIND_SERVICE,
  CLONE_NEWNS,
  MS_BIND,
  MS_NODEV,
  MS_NOSUID,
  MS_RDONLY,
  PR_SET_NO_NEW_PRIVS,
} from "../../platform/linux-abi.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Service } from "../../system/description.ts";
import { ENVIRONMENT } from "../system.ts";
import { enterCgroup } from "./cgroup.ts";

/** Who a service runs as. */
export interface ServiceUser {
  readonly account: Account;
  readonly identity: Identity;
}

/** Reads the files each time, so that a user can be added without a reboot. Throws Bq2Error `no-account`. */
export function userOf({ files }: Platform, { name, user, groups }: Service): ServiceUser {
  const account = findAccount(files, user);
  if (account === undefined) throw noAccount(name, `user ${user}`, "/etc/passwd");
  const added = groups.map((group) => {
    const id = findGroup(files, group);
    if (id === undefined) throw noAccount(name, `group ${group}`, "/etc/group");
    return id;
  });
  const { uid, gid } = account;
  return { account, identity: { uid, gid, groups: [...new Set([...groupIds(files, account), ...added])] } };
}

function noAccount(service: string, wanted: string, file: string): Bq2Error {
  return new Bq2Error(`Cannot start ${service}: there is no ${wanted} in ${file}`, {
    code: "no-account",
    hint: "add it to the system, or name another one in the service",
  });
}

/** The environment of a service: its user's, then its own variables. */
export function environmentOf(
  service: Service,
  { name, home, shell }: Account,
): { readonly [name: string]: string } {
  const { PATH } = ENVIRONMENT;
  return { HOME: home, LOGNAME: name, PATH, SHELL: shell, USER: name, ...service.env };
}

/** Runs in the child. The order matters: an ordinary user may neither mount nor change its cgroup. */
export function prepareChild(
  platform: Platform,
  service: Service,
  { account, identity }: ServiceUser,
  cgroup: string | undefined,
): void {
  if (cgroup !== undefined) enterCgroup(platform, cgroup);
  if (service.privateTmp || service.readOnlyRoot) makeOwnMounts(platform, service, account.home);
  changeUser(platform, identity, service.lowPorts && identity.uid !== 0 ? [CAP_NET_BIND_SERVICE] : []);
  if (!service.noNewPrivileges) return;
  const renounce = { name: "prctl", action: "give up", what: "new privileges" } as const;
  systemCall(platform, renounce, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/** `/run` and `/tmp` are separate file systems (`system.ts`), and stay writable. */
const WRITABLE = ["/var"];

function makeOwnMounts(platform: Platform, { privateTmp, readOnlyRoot }: Service, home: string): void {
  const call = { name: "unshare", action: "make", what: "a mount namespace" } as const;
  systemCall(platform, call, CLONE_NEWNS);
  makeMountsPrivate(platform);
  const tmp = { type: "tmpfs", target: "/tmp", flags: MS_NOSUID | MS_NODEV, options: "mode=1777" };
  if (privateTmp) mountFileSystem(platform, tmp);
  if (!readOnlyRoot) return;
  const isFolder = (path: string): boolean => platform.files.statusFollowed(path)?.kind === "folder";
  for (const path of new Set([...WRITABLE, ...(home === "/" ? [] : [home])]))
    if (isFolder(path)) bindMount(platform, path, path);
  remount(platform, "/", MS_BIND | MS_RDONLY); // of this mount alone, not of its file system (mount(2))
}
