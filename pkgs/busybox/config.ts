/**
 * Busybox's configuration as data, on top of busybox's own defaults. The defaults turn on nearly every applet
 * with nearly every option, because scripts and `configure` expect that of the standard tools. So this file
 * lists what this system leaves out, and why. Everything that it does not name is on.
 *
 * Turning an option off also turns off its suboptions. These are not listed.
 */

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

export const BUSYBOX_CONFIG: readonly OptionGroup[] = [
  on("one file that runs in any rootfs, without any libraries", "STATIC"),
  on("the prefix is /usr already, so programs belong into bin and sbin below it", "INSTALL_NO_USR"),

  off(
    "some processors lack these instructions; the code in C is sufficient",
    "SHA1_HWACCEL",
    "SHA256_HWACCEL",
  ),
  off(
    "the program would depend on the bzip2 that compressed these texts, and the build would need one",
    "FEATURE_COMPRESS_USAGE",
  ),
  off("the kernel has IPv4 only", "FEATURE_IPV6"),
  off("the kernel has no modules", "DEPMOD", "INSMOD", "LSMOD", "MODINFO", "MODPROBE", "RMMOD"),
  off("the kernel has no swap", "MKSWAP", "SWAPON", "SWAPOFF", "RESUME"),
  off(
    "the kernel has no classful traffic control, and it does not compile with kernel headers since 6.8",
    "TC",
  ),
  off(
    "TLS that does not check certificates only looks safe",
    "SSL_CLIENT",
    "FEATURE_WGET_HTTPS",
    "FEATURE_WGET_OPENSSL",
  ),

  off("bq2 provides these commands (docs/userland.md)", "TAR", "PATCH", "SHA256SUM", "WGET"),

  off("one shell, ash, is enough", "HUSH"),
  off(
    "bq2 is process 1: it starts services, opens the consoles and reacts to the power button",
    "INIT",
    "HALT",
    "POWEROFF",
    "REBOOT",
    "ACPID",
    "CTTYHACK",
    "GETTY",
  ),
  off(
    "process 1 supervises services",
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
    "nothing runs at fixed times, and only the kernel writes a log",
    "CROND",
    "CRONTAB",
    "SYSLOGD",
    "KLOGD",
    "LOGREAD",
  ),
  off("devtmpfs makes the device nodes", "MDEV", "UEVENT", "MAKEDEVS"),
  off("logins are not recorded", "FEATURE_UTMP", "FEATURE_WTMP"),
  off(
    "there are no accounts besides root, and nobody logs in",
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
    "networks other than a single card with DHCP",
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
  off("protocols that this system does not use", "FTPGET", "FTPPUT", "RDATE", "TELNET", "TFTP", "WHOIS"),
  off("the system sends and receives no mail", "MAKEMIME", "POPMAILDIR", "REFORMIME", "SENDMAIL"),
  off("the system uses no printer", "LPD", "LPQ", "LPR"),
  off("tools for the packages of other systems", "DPKG", "DPKG_DEB", "RPM", "RPM2CPIO"),
  off("none of our sources is published in this format", "LZOP", "UNLZOP"),
  off("there are no manual pages", "MAN"),

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
    "these bypass drivers to reach the kernel or the hardware",
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
  off("it is just a shell script", "MIM"),
];

/** {@link BUSYBOX_CONFIG} with one entry for each option. */
export const BUSYBOX_OPTIONS: readonly {
  readonly option: string;
  readonly value: string;
  readonly why: string;
}[] = BUSYBOX_CONFIG.flatMap(({ why, value, options }) => options.map((option) => ({ option, value, why })));
