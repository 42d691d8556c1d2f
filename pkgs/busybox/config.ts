/**
 * Busybox's configuration as data, on top of its own defaults: those switch on nearly every applet with
 * nearly every option, which is what scripts and `configure` expect of the standard tools. So this file says
 * what this system does without, and why; what is not named here is there.
 *
 * An option that is off takes its own suboptions with it; those are not named.
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
  on("one file that runs in any rootfs, with no libraries beside it", "STATIC"),
  on("install into bin and sbin below the prefix, which is /usr already", "INSTALL_NO_USR"),

  off(
    "instructions that one processor has and another has not: the C code does",
    "SHA1_HWACCEL",
    "SHA256_HWACCEL",
  ),
  off(
    "the file would depend on which bzip2 compressed it, and the build on having one",
    "FEATURE_COMPRESS_USAGE",
  ),
  off("the kernel has IPv4 only", "FEATURE_IPV6"),
  off("the kernel has no modules", "DEPMOD", "INSMOD", "LSMOD", "MODINFO", "MODPROBE", "RMMOD"),
  off("the kernel has no swap", "MKSWAP", "SWAPON", "SWAPOFF", "RESUME"),
  off("the kernel has no classful traffic control; does not compile with headers since 6.8", "TC"),
  off(
    "TLS that checks no certificate looks safe and is not",
    "SSL_CLIENT",
    "FEATURE_WGET_HTTPS",
    "FEATURE_WGET_OPENSSL",
  ),

  off("bq2 is these (docs/userland.md)", "TAR", "PATCH", "SHA256SUM", "WGET"),

  off("one shell is enough, and it is ash", "HUSH"),
  off(
    "bq2 is process 1: it starts what runs, gives out the consoles, hears the power button",
    "INIT",
    "HALT",
    "POWEROFF",
    "REBOOT",
    "ACPID",
    "CTTYHACK",
    "GETTY",
  ),
  off(
    "process 1 watches over what runs",
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
    "nothing runs at set times, nothing logs but the kernel",
    "CROND",
    "CRONTAB",
    "SYSLOGD",
    "KLOGD",
    "LOGREAD",
  ),
  off("devtmpfs makes the device nodes", "MDEV", "UEVENT", "MAKEDEVS"),
  off("no records of logins are kept", "FEATURE_UTMP", "FEATURE_WTMP"),
  off(
    "no accounts beside root: nobody logs in",
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
    "network servers: this is no server",
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
    "networks of other kinds than one card with DHCP",
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
  off(
    "protocols that the system's work does not meet",
    "FTPGET",
    "FTPPUT",
    "RDATE",
    "TELNET",
    "TFTP",
    "WHOIS",
  ),
  off("no mail", "MAKEMIME", "POPMAILDIR", "REFORMIME", "SENDMAIL"),
  off("no printer", "LPD", "LPQ", "LPR"),
  off("packages of other systems", "DPKG", "DPKG_DEB", "RPM", "RPM2CPIO"),
  off("formats that no source of ours comes in", "LZOP", "UNLZOP"),
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
    "reaches into kernel or hardware behind their drivers",
    "DEVMEM",
    "READPROFILE",
    "ADJTIMEX",
    "FREERAMDISK",
    "RDEV",
    "RTCWAKE",
    "READAHEAD",
  ),
  off(
    "pictures, fonts and key codes of the text console: the kernel's defaults stay",
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
  off("a shell script in disguise", "MIM"),
];

/** {@link BUSYBOX_CONFIG}, one entry an option. */
export const BUSYBOX_OPTIONS: readonly {
  readonly option: string;
  readonly value: string;
  readonly why: string;
}[] = BUSYBOX_CONFIG.flatMap(({ why, value, options }) => options.map((option) => ({ option, value, why })));
