import { Bq2Error } from "../base/error.ts";
import { assert, test } from "../base/testing.ts";
import {
  file,
  folder,
  group,
  interfaces,
  link,
  type ServiceOptions,
  type SystemOptions,
  service,
  system,
  user,
} from "./constructors.ts";
import type { NamedPackage } from "./system.ts";

type Options = Partial<SystemOptions<NamedPackage>>;

function mistakesOf(options: Options): string {
  try {
    system({ name: "a", ...options });
  } catch (error) {
    if (error instanceof Bq2Error && error.code === "bad-system") return error.message;
    throw error;
  }
  return "no mistake";
}

const withService = (options: Partial<ServiceOptions>, name = "web"): Options => ({
  services: [service(name, { run: ["/bin/web"], ...options })],
});

const staticAddress = (address: string, gateway: string | null = null) =>
  interfaces([{ match: "eth0", addressing: { kind: "static", addresses: [address], gateway }, mtu: null }]);

/** Each wrong declaration, and what its one line must say. */
const WRONG: readonly (readonly [options: Options, pattern: RegExp])[] = [
  [{ name: "" }, /system: not a name .*: ""/],
  [{ name: "A" }, /system: not a name/],
  [{ name: "a b" }, /system: not a name/],
  [{ name: "-a" }, /system: not a name/],
  [{ name: "a".repeat(64) }, /system: not a name/],
  [{ hostname: "a.b" }, /hostname: not a name/],
  [{ hostname: "" }, /hostname: not a name/],
  [{ disk: "big" }, /disk: not a size/],
  [{ disk: "1M" }, /disk: not a size of at least 256M/],
  [{ disk: "-4G" }, /disk: not a size/],
  [{ disk: "4" }, /disk: not a size .*"4G"/],
  [{ packages: [undefined as unknown as NamedPackage] }, /packages\[0\] is not a package .*bq2\/packages/],
  [{ packages: [{ name: "x" }, { name: "x" }] }, /the package x is used twice/],
  [{ users: [user("Root")] }, /user: not a user name/],
  [{ users: [user("")] }, /user: not a user name/],
  [{ users: [user("root")] }, /the user root is used twice/],
  [{ users: [user("a"), user("a")] }, /the user a is used twice/],
  [{ users: [user("a", { id: 0 })] }, /the user id 0 is used twice/],
  [{ users: [user("a", { id: -1 })] }, /user a: -1 is not a user id/],
  [{ users: [user("a", { id: 1.5 })] }, /user a: 1\.5 is not a user id/],
  [{ users: [user("a", { id: 70000 })] }, /user a: 70000 is not a user id .*below 65534/],
  [{ users: [user("a", { id: 7 }), user("b", { id: 7 })] }, /the user id 7 is used twice/],
  [{ users: [user("a", { home: "/a:b" })] }, /user a: a colon or a line end/],
  [{ users: [user("a", { shell: "/bin/sh\n" })] }, /user a: a colon or a line end/],
  [{ users: [user("a", { passwordHash: "x:y" })] }, /user a: a colon or a line end/],
  [
    { users: [user("a", { groups: ["wheel"] })] },
    /user a: its group wheel does not exist .*group\("wheel"\)/,
  ],
  [{ users: [user("a", { sshKeys: ["ssh-ed25519 AAAA"] })] }, /user a: it has sshKeys but no home/],
  [{ groups: [group("a b")] }, /group: not a user name/],
  [{ groups: [group("tty")] }, /the group tty is used twice/],
  [{ groups: [group("x", { id: 5 })] }, /the group id 5 is used twice/],
  [{ users: [user("a")], groups: [group("a")] }, /the group a is used twice/],
  [{ files: [file("etc/motd", "")] }, /file etc\/motd: not an absolute path/],
  [{ files: [file("/etc/../x", "")] }, /not an absolute path without empty names, \. and \.\./],
  [{ files: [file("/etc/", "")] }, /file \/etc\/: not an absolute path/],
  [{ files: [file("/a//b", "")] }, /not an absolute path/],
  [{ files: [file("/etc/passwd", "")] }, /file \/etc\/passwd: it is derived .*declare users/],
  [{ files: [file("/etc/bq2/system.json", "{}")] }, /it is derived from the declaration/],
  [{ files: [file("/a", ""), link("/a", "b")] }, /the path \/a is used twice/],
  [{ files: [file("/a", "", { mode: 644.5 })] }, /file \/a: its mode 644\.5 is not between/],
  [{ files: [file("/a", "", { mode: 0o10000 })] }, /its mode 4096 .*0o600/],
  [{ files: [file("/a", "", { user: "www" })] }, /file \/a: its user www does not exist .*user\("www"\)/],
  [{ files: [file("/a", "", { group: "www" })] }, /file \/a: its group www does not exist/],
  [{ files: [folder("/a", "/abs")] }, /folder \/a: \/abs is not below the system file's folder/],
  [{ files: [folder("/a", "../b")] }, /\.\.\/b is not below/],
  [{ files: [folder("/a", "")] }, /is not below/],
  [{ files: [link("/a", "")] }, /link \/a: it has no target/],
  [withService({ user: "www" }), /service web: its user www does not exist/],
  [withService({ groups: ["www"] }), /service web: its group www does not exist/],
  [withService({ run: [] }), /service web: run: /],
  [withService({ run: ["a\0"] }), /service web: run\.0: contains a NUL/],
  [withService({ cwd: "srv" }), /service web: cwd: not an absolute path/],
  [withService({ after: ["db"] }), /service web: it starts after db, which does not exist/],
  [withService({ after: ["web"] }), /service web: it would wait for itself: web after web/],
  [withService({ env: { "A B": "1" } }), /service web: env\.A B: not a variable's name/],
  [withService({ everySeconds: 60 }), /only a service of kind `once` runs again/],
  [withService({ kind: "once", everySeconds: 0 }), /everySeconds: /],
  [withService({ ready: { kind: "port", port: 0 } }), /service web: ready\.port: /],
  [withService({ ready: { kind: "port", port: 70000 } }), /ready\.port: /],
  [withService({ limits: { memoryBytes: 0 } }), /limits\.memoryBytes: /],
  [withService({ stop: { seconds: -1 } }), /stop\.seconds: /],
  [withService({ restart: "sometimes" as "always" }), /service web: restart: /],
  [withService({}, "Web"), /service Web: name: not a name/],
  [
    {
      services: [
        service("a", { run: ["a"], after: ["b"] }),
        service("b", { run: ["b"], after: ["c"] }),
        service("c", { run: ["c"], after: ["a"] }),
      ],
    },
    /service a: it would wait for itself: a after b after c after a/,
  ],
  [
    {
      services: ["a", "b"].map((name) => service(name, { run: [name], ready: { kind: "port", port: 80 } })),
    },
    /the port 80 is used twice/,
  ],
  [{ network: staticAddress("192.0.2.300/24") }, /network: interfaces\.0\..*not an IPv4 address/],
  [{ network: staticAddress("192.0.2.1") }, /not an IPv4 address with a prefix/],
  [{ network: staticAddress("192.0.2.1/33") }, /not an IPv4 address with a prefix/],
  [{ network: staticAddress("192.0.2.1/24", "router") }, /gateway: not an IPv4 address/],
];

test("each wrong declaration is one line that says what is wrong", () => {
  for (const [options, pattern] of WRONG) {
    const message = mistakesOf(options);
    assert.match(message, pattern);
    assert.match(message, /^Cannot use the system "[^\n]*$/);
  }
});

test("several mistakes are reported at once", () => {
  const message = mistakesOf({ hostname: "A", disk: "x", ...withService({ user: "www", after: ["db"] }) });
  assert.equal(message.split("\n").length, 5);
  assert.match(
    message,
    /^Cannot use the system "a": 4 mistakes:\n {2}hostname: .*\n {2}service web: its user/,
  );
});

test("a whole declaration has no mistake", () => {
  const value = system({
    name: "notes",
    users: [user("notes", { home: "/var/lib/notes", groups: ["data"], sshKeys: ["ssh-ed25519 AAAA me"] })],
    groups: [group("data")],
    files: [file("/etc/motd", "hello\n"), folder("/srv/notes", "./app"), link("/srv/now", "notes")],
    services: [
      service("notes", {
        run: ["bq2", "run", "/srv/notes/main.ts"],
        user: "notes",
        after: ["network", "init"],
      }),
      service("init", { run: ["mkdir", "-p", "/var/lib/x"], kind: "once", everySeconds: 60 }),
    ],
    disk: "4G",
  });
  assert.equal(value.disk.bytes, 4 * 2 ** 30);
  assert.equal(value.services[0]?.noNewPrivileges, true);
  assert.equal(value.services[1]?.restart, "never");
});
