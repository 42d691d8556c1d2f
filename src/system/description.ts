/**
 * The description of a running system: what process 1 reads from {@link DESCRIPTION_FILE}. The image
 * contains everything else of a system as files. Every field is always present, so that nothing depends on
 * the defaults of another version; `constructors.ts` supplies the defaults.
 */
import * as v from "valibot";
import { DESCRIPTION_FILE } from "./description-file.ts";

export { DESCRIPTION_FILE };

export const DESCRIPTION_FORMAT = "bq2-system/1";

/** The name of a system or a service: what a host name allows (RFC 1123, 2.1), in lower case. */
export const Name = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "not a name of lower-case letters, digits and hyphens"),
);

export function isName(text: string): boolean {
  return v.is(Name, text);
}

/** The name of a user or a group: what useradd(8) of shadow allows. */
export const AccountName = v.pipe(
  v.string(),
  v.regex(/^[a-z_][a-z0-9_-]{0,31}$/, "not a user name: lower-case letters, digits, _ and -, at most 32"),
);

const Path = v.pipe(
  v.string(),
  v.regex(/^\/(?!(.*\/)?\.\.(\/|$))[^\0\n:]*$/, "not an absolute path without .., colons and line ends"),
);
const Seconds = v.pipe(v.number(), v.minValue(0), v.finite());
const Count = v.pipe(v.number(), v.integer(), v.minValue(1));
const Port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));
const Text = v.pipe(v.string(), v.regex(/^[^\0]*$/, "contains a NUL"));
/** Part of a name of the environment (POSIX, Base Definitions, 8.1). */
const VariableName = v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "not a variable's name"));

/** When a service counts as started, which the services after it wait for. */
export const ReadinessSchema = v.variant("kind", [
  /** As soon as its program runs. */
  v.strictObject({ kind: v.literal("started") }),
  /** When it sends READY=1 to the socket in NOTIFY_SOCKET (sd_notify(3)). */
  v.strictObject({ kind: v.literal("notify") }),
  /** When this TCP port of the machine accepts connections. */
  v.strictObject({ kind: v.literal("port"), port: Port }),
]);

const ServiceFields = v.strictObject({
  name: Name,
  /** The program and its arguments. A program without `/` is looked for in PATH. */
  run: v.pipe(v.array(Text), v.minLength(1)),
  user: AccountName,
  /** Groups in addition to those of the user. */
  groups: v.array(AccountName),
  /** In addition to HOME, LOGNAME, PATH, SHELL and USER. */
  env: v.record(VariableName, Text),
  cwd: Path,
  /** Names of services, `network` (an interface has an address) and `time` (the clock was set). */
  after: v.array(v.string()),
  /** `once`: it is expected to end, and counts as ready when it has ended with code 0. */
  kind: v.picklist(["daemon", "once"]),
  restart: v.picklist(["always", "on-failure", "never"]),
  /** The service has failed after this many starts within `seconds`; null: it is restarted for ever. */
  restartLimit: v.nullable(v.strictObject({ starts: Count, seconds: Seconds })),
  ready: ReadinessSchema,
  /** Runs a `once` service again this many seconds after each start; null: only at boot. */
  everySeconds: v.nullable(Count),
  stop: v.strictObject({
    signal: v.picklist(["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGKILL"]),
    /** After this time the rest of its processes get SIGKILL. */
    seconds: Seconds,
  }),
  /** Limits of its cgroup; null: none. */
  limits: v.strictObject({
    memoryBytes: v.nullable(Count),
    processes: v.nullable(Count),
    /** Of one processor, so 200 is two processors. */
    cpuPercent: v.nullable(Count),
  }),
  /** It and its children gain no privileges by execve(2): PR_SET_NO_NEW_PRIVS. */
  noNewPrivileges: v.boolean(),
  /** It sees the root file system read-only, but for `/run`, `/tmp`, `/var` and its user's home. */
  readOnlyRoot: v.boolean(),
  /** It has its own empty `/tmp`. */
  privateTmp: v.boolean(),
  /** It may listen on ports below 1024, whoever its user is. */
  lowPorts: v.boolean(),
});

export const ServiceSchema = v.pipe(
  ServiceFields,
  v.check(
    ({ kind, restart }) => kind !== "once" || restart !== "always",
    "a service of kind `once` ends, so it cannot restart always",
  ),
  v.check(
    ({ kind, ready }) => kind !== "once" || ready.kind === "started",
    "a service of kind `once` is ready when it has ended: leave out `ready`",
  ),
);
export type Service = v.InferOutput<typeof ServiceSchema>;

const Address = v.pipe(
  v.string(),
  v.regex(/^\d{1,3}(\.\d{1,3}){3}$/, "not an IPv4 address"),
  v.check((text) => text.split(".").every((part) => Number(part) < 256), "not an IPv4 address"),
);
const AddressWithPrefix = v.pipe(
  v.string(),
  v.regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, "not an IPv4 address with a prefix, such as 192.0.2.1/24"),
  v.check(
    (text) => text.split(/[./]/).every((part, index) => Number(part) <= (index < 4 ? 255 : 32)),
    "not an IPv4 address with a prefix",
  ),
);

/** How a network interface gets its address. */
export const AddressingSchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("dhcp") }),
  v.strictObject({
    kind: v.literal("static"),
    addresses: v.pipe(v.array(AddressWithPrefix), v.minLength(1)),
    gateway: v.nullable(Address),
  }),
]);

export const InterfaceSchema = v.strictObject({
  /** A name (`eth0`), a MAC address (`52:54:00:12:34:56`), or `*` for each card that no other entry names. */
  match: v.pipe(
    v.string(),
    v.regex(
      /^(\*|[0-9a-f]{2}(:[0-9a-f]{2}){5}|[a-zA-Z0-9_.-]{1,15})$/,
      "not an interface's name or MAC address",
    ),
  ),
  addressing: AddressingSchema,
  /** Bytes; null: the card's own. */
  mtu: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(576), v.maxValue(65535))),
});

export const NetworkSchema = v.strictObject({
  interfaces: v.array(InterfaceSchema),
  /** Name servers before those that DHCP gives. */
  nameServers: v.array(Address),
});
export type NetworkDescription = v.InferOutput<typeof NetworkSchema>;

export const DescriptionSchema = v.strictObject({
  format: v.literal(DESCRIPTION_FORMAT),
  name: Name,
  /** Values by name, such as `net.ipv4.ip_forward`: a file of /proc/sys. */
  sysctls: v.record(v.pipe(v.string(), v.regex(/^[a-z0-9_]+(\.[A-Za-z0-9_/-]+)+$/, "not a sysctl")), Text),
  network: NetworkSchema,
  services: v.array(ServiceSchema),
});
export type Description = v.InferOutput<typeof DescriptionSchema>;
