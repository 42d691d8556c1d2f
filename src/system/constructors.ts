/**
 * The functions that a system file is written with. Each fills in the defaults and returns plain data;
 * {@link system} checks the whole and reports all mistakes at once.
 */
import { mistakesIn, reportMistakes } from "./check.ts";
import type { NetworkDescription, Service } from "./description.ts";
import { DHCP_ON_EVERY_CARD, NO_NETWORK } from "./networks.ts";
import { madeHere } from "./place.ts";
import type {
  Entry,
  FileEntry,
  FolderEntry,
  Group,
  LinkEntry,
  NamedPackage,
  System,
  User,
} from "./system.ts";

export interface SystemOptions<P extends NamedPackage> {
  /** The name of the system and of its artifacts. */
  readonly name: string;
  /** By default the system's name. */
  readonly hostname?: string;
  /** In addition to the kernel, busybox and `bq2`, which every system has. */
  readonly packages?: readonly P[];
  readonly files?: readonly Entry[];
  readonly users?: readonly User[];
  readonly groups?: readonly Group[];
  readonly services?: readonly Service[];
  /** By default {@link dhcp}. */
  readonly network?: NetworkDescription;
  /** Kernel settings, such as `"net.ipv4.ip_forward": "1"`. */
  readonly sysctls?: { readonly [name: string]: string };
  /** Kconfig options that the kernel has in addition, such as `{ CONFIG_WIREGUARD: "y" }`. */
  readonly kernelOptions?: { readonly [option: string]: string };
  /** Size of the disk, such as `"4G"`; by default `"2G"`. The image is sparse: as large as its files. */
  readonly disk?: string;
}

const systems = new WeakSet<object>();

/** Whether {@link system} made the value. */
export function isSystem(value: unknown): value is System {
  return typeof value === "object" && value !== null && systems.has(value);
}

/**
 * A whole system, the default export of a system file.
 *
 * @throws Bq2Error `bad-system` with every mistake that was found.
 */
export function system<P extends NamedPackage>(options: SystemOptions<P>): System<P> {
  const { name, packages = [], files = [], users = [], groups = [], services = [], disk = "2G" } = options;
  const value = madeHere<System<P>>({
    name,
    hostname: options.hostname ?? name,
    packages,
    files,
    users,
    groups,
    services,
    network: options.network ?? dhcp(),
    sysctls: options.sysctls ?? {},
    kernel: { options: options.kernelOptions ?? {} },
    disk: { bytes: parseSize(disk) },
  });
  reportMistakes(value.name, mistakesIn(value));
  systems.add(value);
  return value;
}

const UNITS: { readonly [unit: string]: number } = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** NaN if the text is not a size; {@link mistakesIn} reports it. */
function parseSize(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+)([MGT])$/.exec(text) ?? [];
  return Number(digits || "NaN") * (UNITS[unit] ?? Number.NaN);
}

interface Access {
  /** Octal permissions; by default 0o644. */
  readonly mode?: number;
  /** The owner's name; by default root. */
  readonly user?: string;
  /** By default the owner's own group. */
  readonly group?: string;
}

/** A file with this text. */
export function file(path: string, text: string, access: Access = {}): FileEntry {
  const { mode = 0o644, user = "root", group = user } = access;
  return madeHere({ kind: "file", path, text, mode, user, group });
}

/**
 * A folder with a copy of everything in the folder `from`, which is relative to the system file. Names,
 * bytes, the executable bit, and links within the folder are kept. `.git` and `.bq2` are left out. All of it
 * belongs to root.
 */
export function folder(path: string, from: string): FolderEntry {
  return madeHere({ kind: "folder", path, from });
}

/** A symbolic link. */
export function link(path: string, target: string): LinkEntry {
  return madeHere({ kind: "link", path, target });
}

/** A user with its own group. */
export function user(name: string, options: Partial<Omit<User, "name">> = {}): User {
  const {
    id = null,
    groups = [],
    home = null,
    shell = "/bin/sh",
    passwordHash = null,
    sshKeys = [],
  } = options;
  return madeHere({ name, id, groups, home, shell, passwordHash, sshKeys });
}

/** A group for the `groups` of users and services. */
export function group(name: string, options: { readonly id?: number } = {}): Group {
  return madeHere({ name, id: options.id ?? null });
}

export interface ServiceOptions {
  /** The program and its arguments. */
  readonly run: readonly string[];
  /** By default root. */
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  /** The working directory; by default `/`. */
  readonly cwd?: string;
  /** Services that are ready before it starts, `network` and `time`. */
  readonly after?: readonly string[];
  /** `once` for a program that ends by itself. By default `daemon`. */
  readonly kind?: Service["kind"];
  /** By default `always`, and `never` for `once`. */
  readonly restart?: Service["restart"];
  /** By default it is restarted for ever, with growing waits. */
  readonly restartLimit?: Service["restartLimit"];
  /** By default it is ready as soon as it runs. */
  readonly ready?: Service["ready"];
  readonly everySeconds?: number;
  /** By default SIGTERM, and 10 seconds. */
  readonly stop?: Partial<Service["stop"]>;
  readonly limits?: Partial<Service["limits"]>;
  /** By default true for every user but root. */
  readonly noNewPrivileges?: boolean;
  readonly readOnlyRoot?: boolean;
  readonly privateTmp?: boolean;
  readonly lowPorts?: boolean;
}

const NO_LIMITS: Service["limits"] = { memoryBytes: null, processes: null, cpuPercent: null };

/** A program that process 1 starts and watches. */
export function service(name: string, options: ServiceOptions): Service {
  const { kind = "daemon", user: owner = "root" } = options;
  return madeHere<Service>({
    name,
    run: [...options.run],
    user: owner,
    groups: [...(options.groups ?? [])],
    env: { ...options.env },
    cwd: options.cwd ?? "/",
    after: [...(options.after ?? [])],
    kind,
    restart: options.restart ?? (kind === "once" ? "never" : "always"),
    restartLimit: options.restartLimit ?? null,
    ready: options.ready ?? { kind: "started" },
    everySeconds: options.everySeconds ?? null,
    stop: { signal: "SIGTERM", seconds: 10, ...options.stop },
    limits: { ...NO_LIMITS, ...options.limits },
    noNewPrivileges: options.noNewPrivileges ?? owner !== "root",
    readOnlyRoot: options.readOnlyRoot ?? false,
    privateTmp: options.privateTmp ?? false,
    lowPorts: options.lowPorts ?? false,
  });
}

interface NetworkOptions {
  /** In addition to those that DHCP gives. */
  readonly nameServers?: readonly string[];
  readonly mtu?: number;
}

/** Every network card gets its address from a DHCP server. */
export function dhcp({ nameServers = [], mtu }: NetworkOptions = {}): NetworkDescription {
  const interfaces = DHCP_ON_EVERY_CARD.interfaces.map((card) => ({ ...card, mtu: mtu ?? null }));
  return { interfaces, nameServers: [...nameServers] };
}

/** No network card is set up. */
export function noNetwork(): NetworkDescription {
  return NO_NETWORK;
}

/** Each interface as stated. */
export function interfaces(
  list: NetworkDescription["interfaces"],
  nameServers: readonly string[] = [],
): NetworkDescription {
  return { interfaces: list, nameServers: [...nameServers] };
}
