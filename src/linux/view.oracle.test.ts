/** Real views, as root and as an ordinary user, judged by a busybox shell within and by the host outside. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import { forgetOverlay, upperChanges } from "./overlay.ts";
import {
  makePlace,
  overlayView,
  type Place,
  programArgv,
  removePlace,
  runInView,
  USERS,
} from "./test-place.ts";
import type { View } from "./view.ts";

const available = requireTools("busybox", "unshare", "setpriv", "ldd", "which", "chmod");

let place: Place;
beforeAll(() => {
  if (available) place = makePlace();
});
afterAll(() => {
  if (available) removePlace(place);
});

/** Everything in a tree, as text. */
function listing(folder: string): string {
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return names
    .map((name) => {
      const { mode, size, mtimeMs } = fs.lstatSync(join(folder, name));
      return `${name} ${mode} ${size} ${mtimeMs}`;
    })
    .join("\n");
}

describe.skipIf(!available).each(USERS)("a view as %s", (user) => {
  test("changes go to upper; layers and host do not change", () => {
    const before = {
      layer: listing(place.busybox[user]),
      mounts: fs.readFileSync("/proc/self/mounts", "utf8"),
    };
    const view = overlayView(place, "changes", user);
    const script = `set -e
      echo new > /new; ln -s new /link; rm /kept; rm -r /old; mkdir /old; echo other > /old/other
      mkdir -p /made/below; echo more >> /bin/../made/below/file; echo scratch > /tmp/scratch`;
    expect(runInView(place, user, view, script)).toEqual({ out: "", error: "", code: 0 });

    const upper = join(view.changes, "upper");
    const { files } = nodePlatform();
    const changes = Array.from(upperChanges({ files }, upper), (change) =>
      change.kind === "removed" ? `removed ${change.path}` : `${change.status.kind} ${change.path}`,
    );
    expect(changes).toEqual([
      "removed kept",
      "symlink link",
      "folder made",
      "folder made/below",
      "file made/below/file",
      "file new",
      "folder old",
      "file old/other",
    ]);
    const old = [...upperChanges({ files }, upper)].find(({ path }) => path === "old");
    expect(old).toMatchObject({ kind: "written", isOpaque: true });
    forgetOverlay(files, join(upper, "old"));
    expect(files.attributes(join(upper, "old")).size).toBe(0);

    expect(listing(place.busybox[user])).toBe(before.layer);
    expect(fs.readFileSync("/proc/self/mounts", "utf8")).toBe(before.mounts);
    expect(fs.readdirSync(view.mountPoint)).toEqual([]);
  });

  test("the namespace has its own identity, hostname, processes, network, umask and folder", () => {
    const view = overlayView(place, "identity", user);
    const script = `id -u; hostname; umask; pwd; tail -n +3 /proc/net/dev | cut -d: -f1; ls -d /proc/[0-9]* | wc -l; echo $PPID`;
    const { out, error, code } = runInView(place, user, view, script);
    const [id, hostname, umask, folder, network, processes, parent] = out
      .split("\n")
      .map((line) => line.trim());
    expect({ id, hostname, umask, folder, network }).toEqual({
      id: "0",
      hostname: "bq2-test",
      umask: "0022",
      folder: "/",
      network: "lo",
    });
    expect(Number(processes)).toBeLessThan(10);
    expect(parent).toBe("2");
    expect({ error, code }).toEqual({ error: "", code: 0 });
  });

  test("nothing of the host can be reached", () => {
    const view = overlayView(place, "reach", user);
    const script = `cat ${place.program}; ls /proc/1/root${place.folder} /proc/2/cwd${place.folder}; ls /; ls /run /tmp /sys`;
    const { out, error } = runInView(place, user, view, script);
    expect(error.match(/No such file or directory|Permission denied/g)?.length).toBe(3);
    const libraries = fs.readdirSync(place.busybox[user]).filter((name) => name.startsWith("lib"));
    const wanted = ["bin", "dev", "kept", "old", "proc", "run", "sys", "tmp", ...libraries].sort();
    expect(out).toBe(`${wanted.join("\n")}\n/run:\n\n/sys:\n\n/tmp:\n`);
  });

  test("devices work, and the host's cannot be damaged", () => {
    const before = fs.statSync("/dev/null");
    const view = overlayView(place, "devices", user);
    const script = `
      echo gone > /dev/null; head -c 3 /dev/zero | wc -c; head -c 5 /dev/urandom | wc -c
      echo x > /dev/full || echo full; [ -c /dev/tty ] && [ -c /dev/ptmx ] && echo terminals
      echo shared > /dev/shm/x && cat /dev/shm/x; echo through | cat /dev/stdin
      chmod 600 /dev/null || echo kept; rm -f /dev/null || echo kept; mv /dev/null /dev/other || echo kept
      touch /proc/sys/kernel/hostname && echo x > /proc/sys/kernel/domainname || echo read-only`;
    const { out } = runInView(place, user, view, script);
    expect(out).toBe("3\n5\nfull\nterminals\nshared\nthrough\nkept\nkept\nkept\nread-only\n");
    const after = fs.statSync("/dev/null");
    expect([after.mode, after.rdev, after.ino]).toEqual([before.mode, before.rdev, before.ino]);
  });

  test("exit codes are passed on", () => {
    expect(runInView(place, user, overlayView(place, "code", user), "exit 7").code).toBe(7);
  });

  test("of 100 layers with long names the topmost wins", () => {
    const layers = Array.from({ length: 100 }, (_, i) => {
      const layer = join(place.folder, `many layers ${user}`, `${"long,name:with\\signs ".repeat(5)}${i}`);
      fs.mkdirSync(layer, { recursive: true });
      fs.writeFileSync(join(layer, "top"), `${i}\n`);
      fs.writeFileSync(join(layer, `only-${i}`), "");
      return layer;
    });
    const view = overlayView(place, "layers", user, [place.busybox[user], ...layers]);
    expect(runInView(place, user, view, "cat /top; ls / | grep -c only-").out).toBe("99\n100\n");
  });

  test("a layer that is given twice counts at its uppermost position", () => {
    const [one, other] = ["one", "other"].map((name) => {
      const layer = join(place.folder, `two layers ${user}`, name);
      fs.mkdirSync(layer, { recursive: true });
      fs.writeFileSync(join(layer, "top"), `${name}\n`);
      return layer;
    }) as [string, string];
    const view = overlayView(place, "twice", user, [place.busybox[user], one, other, one]);
    expect(runInView(place, user, view, "cat /top").out).toBe("one\n");
  });

  test("binds show files and folders, and read-only ones refuse writes", () => {
    const base = overlayView(place, "binds", user);
    const shared = join(base.changes, "../shared");
    fs.mkdirSync(shared);
    fs.chmodSync(shared, 0o777);
    fs.writeFileSync(join(shared, "file"), "from the host\n");
    const view: View = {
      ...base,
      binds: [
        { source: shared, target: "/mnt/rw", readOnly: false },
        { source: shared, target: "/mnt/ro", readOnly: true },
        { source: join(shared, "file"), target: "/etc/one", readOnly: true },
      ],
    };
    const script = `cat /etc/one; echo x > /mnt/rw/new && echo written
      echo x > /mnt/ro/no; echo x > /etc/one; ls /mnt/ro`;
    const { out, error } = runInView(place, user, view, script);
    expect(out).toBe("from the host\nwritten\nfile\nnew\n");
    expect(error.match(/Read-only file system/g)?.length).toBe(2);
    expect(fs.readFileSync(join(shared, "new"), "utf8")).toBe("x\n");
    const { files } = nodePlatform();
    expect([...upperChanges({ files }, join(base.changes, "upper"))]).toEqual([]);
    const absent: View = {
      ...view,
      binds: [{ source: join(shared, "absent"), target: "/x", readOnly: true }],
    };
    expect(runInView(place, user, absent, "true").error).toMatch(
      /Cannot show .*absent at \/x: it does not exist \(hint:/,
    );
  });

  test("writes go to a folder that is the root; its links cannot lead mounts out of it", () => {
    const { mountPoint } = overlayView(place, "folder", user);
    const rootfs = join(mountPoint, "../rootfs");
    fs.cpSync(place.busybox[user], rootfs, { recursive: true, verbatimSymlinks: true });
    fs.mkdirSync(join(rootfs, "var"));
    for (const folder of [rootfs, join(rootfs, "var")]) fs.chmodSync(folder, 0o777);
    fs.symlinkSync("/etc", join(rootfs, "run")); // /etc of the view, not of the host
    fs.symlinkSync("../../../../var", join(rootfs, "tmp"));
    const view: View = {
      root: { kind: "folder", path: rootfs },
      mountPoint,
      binds: [],
      hostname: "h",
      sys: true,
    };
    const script = `echo x > /written; echo x > /tmp/y
      cut -d' ' -f2 /proc/mounts | grep -e /etc -e /var; ls /sys | wc -w`;
    const { out, error, code } = runInView(place, user, view, script);
    expect({ error, code }).toEqual({ error: "", code: 0 });
    expect(out).toMatch(/^\/var\n\/etc\n[1-9]\d*\n$/);
    expect(fs.readFileSync(join(rootfs, "written"), "utf8")).toBe("x\n");
    expect(fs.readdirSync(join(rootfs, "var"))).toEqual([]);
  });

  test("with the network, the host's interfaces are visible", () => {
    const view = overlayView(place, "network", user);
    const { out } = runInView(place, user, view, "cat /proc/net/dev", { network: true });
    const names = (text: string): string[] =>
      text
        .split("\n")
        .slice(2)
        .map((line) => line.split(":")[0]?.trim() ?? "");
    expect(names(out)).toEqual(names(fs.readFileSync("/proc/net/dev", "utf8")));
  });

  test("if the changes are on an overlay, which overlayfs refuses, the error says so", () => {
    const inner = overlayView(place, "nested", user);
    const own = dirname(inner.changes);
    const view: View = {
      ...inner,
      root: { kind: "overlay", layers: [place.busybox[user]], changes: join(own, "merged/changes") },
    };
    const script = `mkdir lower upper work merged && exec mount -t overlay overlay \\
      -o userxattr,lowerdir=lower,upperdir=upper,workdir=work merged`;
    const wrapped = [
      "unshare",
      "--user",
      "--map-root-user",
      "--mount",
      "sh",
      "-c",
      `(${script}) && exec "$@"`,
      "sh",
    ];
    const [command = "", ...args] = programArgv(
      place,
      user,
      ["inside", "step", JSON.stringify(view), "true"],
      wrapped,
    );
    const { stderr, status } = spawnSync(command, args, { cwd: own, encoding: "utf8" });
    expect(stderr).toMatch(/Cannot mount overlay on .*EINVAL.*hint: .*not overlayfs or NFS/s);
    expect(status).toBe(98);
  });
});
