/** Other names of the system's program; it does what it is called by. */
export const APPLET_LINKS: readonly { readonly path: string; readonly target: string }[] = [
  { path: "/usr/sbin/halt", target: "../bin/bq2" },
  { path: "/usr/sbin/init", target: "../bin/bq2" },
  { path: "/usr/sbin/poweroff", target: "../bin/bq2" },
  { path: "/usr/sbin/reboot", target: "../bin/bq2" },
  { path: "/usr/share/udhcpc/default.script", target: "../../bin/bq2" }, // busybox's default path
];
