/**
 * Busybox's configuration as data. Busybox's defaults enable nearly every applet with nearly every option, as
 * scripts and `configure` expect of the standard tools. So this file lists what the system leaves out, and
 * why; everything else is built.
 *
 * Disabling an option also disables its suboptions, so the list does not name those.
 */

import { type ImageCommand, INIT_COMMANDS, TOOLS } from "../../src/base/image-commands.ts";

/** Options that are set to one value for one reason. */
export interface OptionGroup {
  readonly why: string;
  /** As in a `.config`: `y`, `n`, or a string in double quotes. */
  readonly value: string;
  /** Without the `CONFIG_` prefix. */
  readonly options: readonly string[];
}

const on = (why: string, ...options: readonly string[]): OptionGroup => ({ why, value: "y", options });
const off = (why: string, ...options: readonly string[]): OptionGroup => ({ why, value: "n", options });

/** Options of the commands that this project's own commands replace, in the order of its table. */
export function replacedBy(commands: { readonly [name: string]: ImageCommand }): string[] {
  return Object.values(commands).flatMap(({ busybox }) => (busybox === undefined ? [] : [busybox]));
}

export const BUSYBOX_CONFIG: readonly OptionGroup[] = [
  on("one file that runs in any rootfs, without shared libraries", "STATIC"),
  on("install into bin and sbin below the prefix, which is /usr already", "INSTALL_NO_USR"),

  off(
    "not every processor has these instructions, and the C code is enough",
    "SHA1_HWACCEL",
    "SHA256_HWACCEL",
  ),
  off(
    "the file would depend on the bzip2 that compressed it, and the build would need one",
    "FEATURE_COMPRESS_USAGE",
  ),
  off("the kernel has IPv4 only", "FEATURE_IPV6"),
  off("the kernel has no modules", "DEPMOD", "INSMOD", "LSMOD", "MODINFO", "MODPROBE", "RMMOD"),
  off("the kernel has no swap", "MKSWAP", "SWAPON", "SWAPOFF", "RESUME"),
  off("the kernel has no classful traffic control; does not compile with headers since 6.8", "TC"),
  off(
    "TLS that checks no certificate looks safe but is not",
    "SSL_CLIENT",
    "FEATURE_WGET_HTTPS",
    "FEATURE_WGET_OPENSSL",
  ),

  off("bq2 is these commands (docs/userland.md)", ...replacedBy(TOOLS)),

  off("one shell is enough, and it is ash", "HUSH"),
  off(
    "bq2 is process 1: it starts services, opens the consoles and handles the power button",
    ...replacedBy(INIT_COMMANDS),
    "ACPID",
    "CTTYHACK",
    "GETTY",
  ),
  off(
    "process 1 supervises the services",
    "RUNSV",
    "RUNSVDIR",
    "SV",
    "SVC",
    "SVOK",
    "SVLOGD",
    "CHPST",
    "ENVDIR",
    "ENVUIDGID",
    "SETUIDGID",
    "SOFTLIMIT",
    "START_STOP_DAEMON",
    "BOOTCHARTD",
    "LINUXRC",
    "RUN_INIT",
  ),
  off(
    "nothing runs at set times, and only the kernel logs",
    "CROND",
    "CRONTAB",
    "SYSLOGD",
    "KLOGD",
    "LOGREAD",
  ),
  off("devtmpfs makes the device nodes", "MDEV", "UEVENT", "MAKEDEVS"),
  off("no records of logins are kept", "FEATURE_UTMP", "FEATURE_WTMP"),
  off(
    "root is the only account, and nobody logs in",
    "ADD_SHELL",
    "REMOVE_SHELL",
    "ADDGROUP",
    "DELGROUP",
    "ADDUSER",
    "DELUSER",
    "CHPASSWD",
    "CRYPTPW",
    "MKPASSWD",
    "PASSWD",
    "LOGIN",
    "SU",
    "SULOGIN",
    "VLOCK",
  ),

  off(
    "network servers: this system is not a server",
    "DHCPRELAY",
    "DNSD",
    "DUMPLEASES",
    "FAKEIDENTD",
    "FTPD",
    "HTTPD",
    "INETD",
    "NBDCLIENT",
    "TCPSVD",
    "TELNETD",
    "TFTPD",
    "UDHCPD",
    "UDPSVD",
  ),
  off(
    "only one network card with DHCP is supported",
    "ARPING",
    "BRCTL",
    "ETHER_WAKE",
    "IFENSLAVE",
    "IFPLUGD",
    "IFUP",
    "IFDOWN",
    "IPTUNNEL",
    "NAMEIF",
    "PSCAN",
    "SLATTACH",
    "TUNCTL",
    "VCONFIG",
    "ZCIP",
  ),
  off("protocols that the system does not need", "FTPGET", "FTPPUT", "RDATE", "TELNET", "TFTP", "WHOIS"),
  off("no mail", "MAKEMIME", "POPMAILDIR", "REFORMIME", "SENDMAIL"),
  off("no printer", "LPD", "LPQ", "LPR"),
  off("packages of other systems", "DPKG", "DPKG_DEB", "RPM", "RPM2CPIO"),
  off("formats that none of the pinned sources use", "LZOP", "UNLZOP"),
  off("no manual pages", "MAN"),

  off(
    "hardware that is not supported: flash, I2C, floppies, tapes, RAID, serial gadgets",
    "NANDWRITE",
    "NANDDUMP",
    "UBIATTACH",
    "UBIDETACH",
    "UBIMKVOL",
    "UBIRENAME",
    "UBIRMVOL",
    "UBIRSVOL",
    "UBIUPDATEVOL",
    "I2CDETECT",
    "I2CDUMP",
    "I2CGET",
    "I2CSET",
    "I2CTRANSFER",
    "FDFORMAT",
    "FDFLUSH",
    "MT",
    "RAIDAUTORUN",
    "SETSERIAL",
    "BEEP",
    "WATCHDOG",
    "RX",
    "POWERTOP",
    "HDPARM",
  ),
  off(
    "these bypass the drivers to reach the kernel or the hardware",
    "DEVMEM",
    "READPROFILE",
    "ADJTIMEX",
    "FREERAMDISK",
    "RDEV",
    "RTCWAKE",
    "READAHEAD",
  ),
  off(
    "pictures, fonts and key codes of the text console: the kernel's defaults are kept",
    "FBSET",
    "FBSPLASH",
    "CONSPY",
    "LOADFONT",
    "SETFONT",
    "DUMPKMAP",
    "SETKEYCODES",
    "SETLOGCONS",
    "SHOWKEY",
    "KBD_MODE",
  ),
  off("file systems that the kernel cannot mount", "FSCK_MINIX", "MKFS_MINIX", "VOLNAME"),
  off("it is only a shell script", "MIM"),
];

/** {@link BUSYBOX_CONFIG}, with one entry for each option. */
export const BUSYBOX_OPTIONS: readonly {
  readonly option: string;
  readonly value: string;
  readonly why: string;
}[] = BUSYBOX_CONFIG.flatMap(({ why, value, options }) => options.map((option) => ({ option, value, why })));
