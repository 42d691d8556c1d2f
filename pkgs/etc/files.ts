/**
 * The system's own files in /etc: what PID 1 (busybox init) runs, who there is, where things are mounted.
 * Nobody logs in: the consoles carry a shell of root's. Nothing here depends on the architecture; which
 * consoles there are is asked of the kernel.
 */

export interface SystemFile {
  /** Absolute, in the finished rootfs. */
  readonly path: string;
  /** Octal, as chmod(1) takes it. */
  readonly mode: string;
  readonly text: string;
  readonly why: string;
}

/** The line that every console shows when the system is up; tests wait for it. */
export const READY_MARKER = "bq2: ready";

const INITTAB = `# What busybox init runs. Format: terminal::when:command; a leading - makes a login shell.
::sysinit:/etc/init.d/rcS
::wait:/etc/init.d/ready
::once:/etc/init.d/network
::once:/sbin/acpid -f -l /dev/null
tty1::respawn:-/bin/sh
::respawn:/etc/init.d/serial-shell
::ctrlaltdel:/sbin/poweroff
::shutdown:/etc/init.d/rcK
`;

const BOOT = `#!/bin/sh
# Once, before anything else. The kernel has mounted / and /dev.
mkdir -p /dev/pts /dev/shm
mount -a
hostname -F /etc/hostname
ip link set lo up
`;

const READY = `#!/bin/sh
# Tells every console that the system is up.
for console in $(cat /sys/class/tty/console/active); do
  echo "${READY_MARKER}" >"/dev/$console"
done
`;

const NETWORK = `#!/bin/sh
# An address by DHCP where there is a network card; stays in the foreground and renews it.
[ -e /sys/class/net/eth0 ] || exit 0
exec udhcpc -f -i eth0 >/run/udhcpc.log 2>&1
`;

const SERIAL_SHELL = `#!/bin/sh
# A shell on the console that the kernel was given last, unless that is the screen, which has its own, or a
# port that is not there: the kernel takes the PC's first serial port unseen, and writing to it then fails.
console=$(sed 's/.* //' /sys/class/tty/console/active)
case $console in
  tty[0-9]*) exec sleep 2147483647 ;;
esac
echo >"/dev/$console" || exec sleep 2147483647
exec cttyhack sh -l
`;

const SHUTDOWN = `#!/bin/sh
# Before init halts: no writers left, then no file system left that could be written.
killall5 -TERM
sleep 1
killall5 -KILL
umount -a -r
`;

const DHCP_EVENT = `#!/bin/sh
# Called by udhcpc with the event, and the lease in the environment (busybox, networking/udhcp).
case $1 in
  deconfig)
    ip addr flush dev "$interface"
    ip link set "$interface" up
    ;;
  bound | renew)
    ip addr flush dev "$interface"
    ip addr add "$ip/$mask" dev "$interface"
    [ -z "$router" ] || ip route add default via "\${router%% *}"
    for server in $dns; do
      echo "nameserver $server"
    done >/etc/resolv.conf.new
    mv /etc/resolv.conf.new /etc/resolv.conf
    ;;
esac
`;

const FSTAB = `# device mountpoint type options dump pass; / and /dev are the kernel's
proc   /proc          proc    nosuid,nodev,noexec                  0 0
sysfs  /sys           sysfs   nosuid,nodev,noexec                  0 0
cgroup /sys/fs/cgroup cgroup2 nosuid,nodev,noexec                  0 0
devpts /dev/pts       devpts  nosuid,noexec,gid=5,mode=620,ptmxmode=666 0 0
shm    /dev/shm       tmpfs   nosuid,nodev,mode=1777               0 0
run    /run           tmpfs   nosuid,nodev,mode=755                0 0
tmp    /tmp           tmpfs   nosuid,nodev,mode=1777               0 0
`;

const PROFILE = `# For every login shell.
export HOME=/root
export PATH=/usr/sbin:/usr/bin
export PS1='\\u@\\h:\\w\\$ '
umask 022
cd
`;

/** All of them, sorted by path. `version` is the version of the system that is built. */
export function systemFiles(version: string): readonly SystemFile[] {
  const plain = (path: string, text: string, why: string): SystemFile => ({ path, mode: "0644", text, why });
  const script = (path: string, text: string, why: string): SystemFile => ({ path, mode: "0755", text, why });
  return [
    script(
      "/etc/acpi/PWRF/00000080",
      "#!/bin/sh\nexec poweroff\n",
      "the power button; acpid looks for this name",
    ),
    plain("/etc/fstab", FSTAB, "what is mounted at boot"),
    plain("/etc/group", "root:x:0:\ntty:x:5:\nnobody:x:65534:\n", "tty owns the pseudo-terminals"),
    plain("/etc/hostname", "bq2\n", "the machine's name, the same in every build"),
    plain("/etc/hosts", "127.0.0.1 localhost bq2\n", "names that need no network"),
    script("/etc/init.d/network", NETWORK, "reaches a mirror or the host of the virtual machine"),
    script("/etc/init.d/rcK", SHUTDOWN, "the disk is clean when the power goes"),
    script("/etc/init.d/rcS", BOOT, "makes the rootfs a running system"),
    script("/etc/init.d/ready", READY, "says so"),
    script("/etc/init.d/serial-shell", SERIAL_SHELL, "works over a serial line, with job control"),
    plain("/etc/inittab", INITTAB, "what PID 1 does"),
    plain("/etc/os-release", osRelease(version), "which system this is; os-release(5)"),
    plain(
      "/etc/passwd",
      "root:*:0:0:root:/root:/bin/sh\nnobody:*:65534:65534:nobody:/:/bin/false\n",
      "names for the user ids; no password opens anything",
    ),
    plain("/etc/profile", PROFILE, "the shells on the consoles"),
    script(
      "/usr/share/udhcpc/default.script",
      DHCP_EVENT,
      "sets what DHCP says; the path is busybox's default",
    ),
  ];
}

function osRelease(version: string): string {
  return `NAME=bootstrap-qcow2\nID=bq2\nVERSION_ID=${version}\nPRETTY_NAME="bootstrap-qcow2 ${version}"\n`;
}

/** Folders of the rootfs that no package brings, with their modes. */
export const SYSTEM_FOLDERS: readonly {
  readonly path: string;
  readonly mode: string;
  readonly why: string;
}[] = [
  { path: "/dev", mode: "0755", why: "the kernel mounts devtmpfs here" },
  { path: "/mnt", mode: "0755", why: "for a disk that someone mounts" },
  { path: "/proc", mode: "0755", why: "mount point" },
  { path: "/root", mode: "0700", why: "root's home" },
  { path: "/run", mode: "0755", why: "mount point" },
  { path: "/sys", mode: "0755", why: "mount point" },
  { path: "/tmp", mode: "1777", why: "mount point, and usable in a namespace without the mount" },
  { path: "/var/lib", mode: "0755", why: "state of programs" },
  { path: "/var/tmp", mode: "1777", why: "temporary files that outlive a boot" },
];

/** One tree of programs and libraries, in /usr; the old names lead there. */
export const SYSTEM_LINKS: readonly { readonly path: string; readonly target: string }[] = [
  { path: "/bin", target: "usr/bin" },
  { path: "/etc/mtab", target: "../proc/self/mounts" },
  { path: "/lib", target: "usr/lib" },
  { path: "/sbin", target: "usr/sbin" },
  { path: "/var/run", target: "../run" },
];
