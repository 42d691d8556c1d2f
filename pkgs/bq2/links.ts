/** Further names of the system's program. Its name decides which command it runs. */
const COMMANDS = ["curl", "patch", "pkg-config", "sha256sum", "tar"];

export const APPLET_LINKS: readonly { readonly path: string; readonly target: string }[] = [
  ...COMMANDS.map((name) => ({ path: `/usr/bin/${name}`, target: "bq2" })),
  { path: "/usr/sbin/halt", target: "../bin/bq2" },
  { path: "/usr/sbin/init", target: "../bin/bq2" },
  { path: "/usr/sbin/poweroff", target: "../bin/bq2" },
  { path: "/usr/sbin/reboot", target: "../bin/bq2" },
  { path: "/usr/share/udhcpc/default.script", target: "../../bin/bq2" }, // busybox's default path
];
