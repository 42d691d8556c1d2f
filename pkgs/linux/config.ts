/**
 * The kernel's configuration as data: every option that is on, and why. It is based on `allnoconfig`, which
 * answers every question with "no". So an option is off unless it is listed here or another listed option
 * requires it: there are no modules, no swap and no debugging. EXPERT is off on purpose: without it Kconfig
 * keeps the everyday system calls on, so that programs find all of them.
 *
 * The lists are in the order of Kconfig's menus. `src/recipe/kconfig.ts` turns them into the text that `make
 * allnoconfig` reads, and checks that each option has survived.
 */
import type { Arch } from "../../src/base/arch.ts";

export interface KernelOption {
  /** Without the `CONFIG_` prefix. */
  readonly option: string;
  /** As in a `.config`: `y`, `n`, a number, or a string in double quotes. */
  readonly value: string;
  readonly why: string;
}

const on = (option: string, why: string): KernelOption => ({ option, value: "y", why });

/**
 * The command line of a kernel that the firmware starts without arguments. /dev/console is the last console
 * in it that exists: the serial line if the machine has one, or else the screen. With `quiet` the consoles
 * (all of them) show errors, but no progress. The disk with the root file system must appear within half a
 * minute (a USB disk takes some seconds). If it does not, the kernel prints which disk it wants and which
 * disks exist, and restarts. (Documentation/admin-guide/kernel-parameters.txt)
 */
export const commandLine = (serialConsole: string): string =>
  `root=PARTLABEL=bq2-root rootwait=30 rw init=/sbin/init quiet console=tty0 console=${serialConsole}`;

/** The options of every architecture. */
export const COMMON_OPTIONS: readonly KernelOption[] = [
  // General setup
  on(
    "SYSVIPC",
    "System V shared memory and semaphores: part of POSIX XSI, and tools like fakeroot need them",
  ),
  on("POSIX_MQUEUE", "POSIX message queues, private to each ipc namespace"),
  on("HIGH_RES_TIMERS", "sleeps shorter than a scheduler tick"),
  on("NO_HZ_IDLE", "an idle virtual machine uses no processor time of its host"),
  on("CGROUPS", "lets a supervisor keep a build and everything it starts together"),
  on("CGROUP_PIDS", "limits the number of processes, so that a fork bomb harms only its own build"),
  on("NAMESPACES", "the image can build itself within namespaces"),
  on("UTS_NS", "a fixed host name for each build"),
  on("IPC_NS", "no shared memory between builds"),
  on("USER_NS", "builds need no root privileges"),
  on("PID_NS", "killing a build's first process ends the whole build"),
  on("NET_NS", "builds have no network once the sources are fetched"),
  on("BLK_DEV_INITRD", "a boot loader can start the same kernel with an initrd"),
  on("RD_GZIP", "the only compression of our own initrds"),
  on("CC_OPTIMIZE_FOR_SIZE", "smaller, and quicker to compile"),
  on("MULTIUSER", "users other than root"),
  on("PRINTK", "kernel messages"),
  on("BUG", "a broken invariant is reported and not ignored"),
  on("FUTEX", "musl's locks"),
  on("EPOLL", "event loops"),
  on("SIGNALFD", "event loops"),
  on("TIMERFD", "event loops"),
  on("EVENTFD", "event loops"),
  on("SHMEM", "keeps the contents of a tmpfs in memory"),
  on("ADVISE_SYSCALLS", "fadvise and madvise"),
  on("POSIX_TIMERS", "timer_create and setitimer"),

  // Processor
  on("SMP", "more than one CPU"),

  // Power management and ACPI
  on("ACPI", "finds the devices of a PC or server, and turns the machine off"),
  on("ACPI_BUTTON", "the power button as an input event"),

  // Executables and memory
  on("BINFMT_ELF", "programs"),
  on("BINFMT_SCRIPT", "programs that start with #!"),
  on("SECCOMP", "programs can restrict themselves to a sandbox"),

  // Block layer
  on("BLOCK", "disks"),
  on("PARTITION_ADVANCED", "offers EFI_PARTITION"),
  on("EFI_PARTITION", "GPT: the kernel finds the root partition by its label"),

  // Networking: IPv4 to reach a mirror, sockets on the machine itself
  on("NET", "sockets"),
  on("PACKET", "the DHCP client speaks before the machine has an address"),
  on("UNIX", "sockets between programs"),
  on("INET", "TCP, UDP and the loopback address"),

  // Buses and drivers
  on("PCI", "the bus of nearly every device below"),
  on("PCI_MSI", "NVMe and virtio interrupts"),
  on("DEVTMPFS", "device nodes without a device manager"),
  on("DEVTMPFS_MOUNT", "the device nodes exist before init runs"),
  on("BLK_DEV", "offers the block drivers"),
  on("BLK_DEV_LOOP", "a file with a disk image serves as a disk"),
  on("VIRTIO_BLK", "QEMU's disk (if=virtio)"),
  on("BLK_DEV_NVME", "the disks of today's machines"),
  on("SCSI", "the layer below SATA, USB and virtio-scsi disks"),
  on("BLK_DEV_SD", "SCSI, SATA and USB disks"),
  on("BLK_DEV_SR", "CD-ROM"),
  on("SCSI_LOWLEVEL", "offers SCSI_VIRTIO"),
  on("SCSI_VIRTIO", "virtio-scsi: the disk of many clouds"),
  on("ATA", "SATA"),
  on("SATA_AHCI", "SATA controllers of PCs and of QEMU's q35"),
  on("NETDEVICES", "network cards"),
  on("NET_CORE", "offers VIRTIO_NET"),
  on("VIRTIO_NET", "QEMU's network card"),
  on("INPUT", "keyboards and buttons"),
  on("INPUT_EVDEV", "/dev/input/event*: process 1 reads the power button there"),
  on("INPUT_KEYBOARD", "offers the keyboards"),
  on("TTY", "terminals"),
  on("UNIX98_PTYS", "pseudo-terminals: script, sshd, terminal multiplexers"),
  on("VT", "a terminal on the screen"),
  on("VT_CONSOLE", "kernel messages on the screen"),
  on("VIRTIO_CONSOLE", "QEMU's paravirtual console, /dev/hvc0"),
  on("HW_RANDOM", "random numbers from the hardware"),
  on("HW_RANDOM_VIRTIO", "random numbers from QEMU's host, so that nothing waits for entropy"),
  on("FB", "the screen"),
  on(
    "FB_EFI",
    "the framebuffer that the firmware sets up: works with any screen, without a driver for each card",
  ),
  on("FRAMEBUFFER_CONSOLE", "text on that framebuffer"),
  on("HID_SUPPORT", "offers USB keyboards"),
  on("HID", "USB keyboards"),
  on("HID_GENERIC", "USB keyboards that follow the standard"),
  on("USB_HID", "USB keyboards"),
  on("USB_SUPPORT", "offers USB"),
  on("USB", "keyboards and memory sticks"),
  on("USB_PCI", "USB controllers on PCI"),
  on("USB_XHCI_HCD", "USB 3 controllers"),
  on("USB_EHCI_HCD", "USB 2 controllers"),
  on("USB_STORAGE", "the image on a USB stick"),
  on("RTC_CLASS", "the clock is right at boot, so TLS certificates can be checked"),
  on("VIRTIO_MENU", "offers the virtio drivers"),
  on("VIRTIO_PCI", "virtio devices on PCI"),

  // File systems
  on("EXT4_FS", "the root file system"),
  on("EXT4_FS_POSIX_ACL", "an unpacked rootfs keeps its access control lists"),
  on("EXT4_FS_SECURITY", "an unpacked rootfs keeps its file capabilities (security.capability)"),
  on("INOTIFY_USER", "programs that watch files"),
  on("OVERLAY_FS", "a build step sees an overlay"),
  on("ISO9660_FS", "CD-ROM images"),
  on("JOLIET", "long file names on CD-ROMs"),
  on("VFAT_FS", "the EFI system partition"),
  on("FAT_DEFAULT_UTF8", "file names on FAT are in UTF-8"),
  on("PROC_FS", "/proc"),
  on("PROC_SYSCTL", "/proc/sys, through which namespaces are set up"),
  on("SYSFS", "/sys"),
  on("TMPFS", "/tmp and /run in memory"),
  on("TMPFS_POSIX_ACL", "an overlay's upper folder on tmpfs keeps access control lists"),
  on("TMPFS_XATTR", "an overlay's upper folder on tmpfs keeps its marks in user.overlay.*"),
  on("NLS_CODEPAGE_437", "the character set of FAT's short names (FAT_DEFAULT_CODEPAGE)"),
  on("NLS_ISO8859_1", "FAT's default character set (FAT_DEFAULT_IOCHARSET)"),
  on("NLS_UTF8", "file names of CD-ROMs and FAT in UTF-8"),

  // Firmware
  on("EFI", "the kernel runs on UEFI"),
  on("EFI_STUB", "the kernel is itself an EFI program, so it can start without a boot loader"),
  on("EFIVAR_FS", "boot entries can be read and set"),

  // Debugging
  {
    option: "MESSAGE_LOGLEVEL_DEFAULT",
    value: "3",
    why: "in spite of `quiet`, shows which root is wanted and which disks exist: these have no level",
  },
  on("MAGIC_SYSRQ", "sync and reboot from the keyboard or by a serial break when nothing else responds"),
  {
    option: "PANIC_TIMEOUT",
    value: "10",
    why: "seconds to read the message before a restart: a boot loader that counts starts tries another entry",
  },
];

const X86_64_OPTIONS: readonly KernelOption[] = [
  on("64BIT", "x86_64, not i386"),
  on("KERNEL_GZIP", "unpacks faster than xz under emulation; the build needs gzip"),
  on("UNWINDER_FRAME_POINTER", "stack traces without objtool (see the patches)"),
  on("HYPERVISOR_GUEST", "offers KVM_GUEST"),
  on("PARAVIRT", "offers KVM_GUEST"),
  on("KVM_GUEST", "a steady clock under KVM"),
  on("X86_X2APIC", "the firmware of recent machines leaves it on and cannot turn it off"),
  on("MTRR", "X86_PAT needs it"),
  on("X86_PAT", "a write-combining framebuffer, for fast scrolling"),
  on("CMDLINE_BOOL", "offers CMDLINE, to which the firmware's arguments are appended"),
  {
    option: "CMDLINE",
    value: `"${commandLine("ttyS0")}"`,
    why: "boots without a boot loader and without arguments",
  },
  on("ATA_SFF", "offers ATA_BMDMA"),
  on("ATA_BMDMA", "offers ATA_PIIX"),
  on("ATA_PIIX", "the IDE disk of QEMU's pc machine and of VirtualBox"),
  on("KEYBOARD_ATKBD", "PS/2 keyboards, QEMU's default"),
  on("SERIO_I8042", "the PS/2 controller"),
  on("SERIAL_8250", "the PC's serial port"),
  on("SERIAL_8250_CONSOLE", "console=ttyS0"),
  on("PNP", "finds the serial ports that ACPI lists"),
  on("RTC_DRV_CMOS", "the PC's clock"),
];

const AARCH64_OPTIONS: readonly KernelOption[] = [
  // Workarounds for faults of processors, in cloud machines and desktop machines that boot by UEFI
  on("ARM64_ERRATUM_826319", "Cortex-A53 (Raspberry Pi 3): a deadlock"),
  on("ARM64_ERRATUM_827319", "Cortex-A53: a cache line lost"),
  on("ARM64_ERRATUM_824069", "Cortex-A53: a cache line lost"),
  on("ARM64_ERRATUM_819472", "Cortex-A53: data corrupted by a store exclusive"),
  on("ARM64_ERRATUM_843419", "Cortex-A53: a wrong address"),
  on("ARM64_ERRATUM_1463225", "Cortex-A76 (Raspberry Pi 5): an interrupt lost"),
  on(
    "ARM64_ERRATUM_3194386",
    "Cortex-A76 to X925, Neoverse: speculation continues although it was forbidden",
  ),
  on(
    "ROCKCHIP_ERRATUM_3588001",
    "RK3588 boards: other processors do not see changes of the interrupt tables",
  ),

  // Processor
  on("ARM64_VA_BITS_48", "page tables of four levels, enough for any machine's memory"),
  on("ARM64_PAN", "the kernel cannot read a program's memory by mistake"),
  on(
    "ARM64_USE_LSE_ATOMICS",
    "uses atomic instructions if the processor has them, so that many cores wait less",
  ),

  {
    option: "CMDLINE",
    value: `"${commandLine("ttyAMA0")}"`,
    why: "boots without a boot loader and without arguments",
  },
  on("SERIAL_AMBA_PL011", "the serial port of QEMU's virt machine and of servers (SBSA)"),
  on("SERIAL_AMBA_PL011_CONSOLE", "console=ttyAMA0"),
  on("PCI_HOST_GENERIC", "PCI if the firmware provides a device tree instead of ACPI"),
  on("USB_XHCI_PLATFORM", "USB controllers that are not on PCI, as on many boards"),
  on("VIRTIO_MMIO", "virtio devices that are not on PCI"),
  on("RTC_DRV_PL031", "the clock of QEMU's virt machine"),
  on("RTC_DRV_EFI", "the clock of servers"),
  on("GPIOLIB", "offers GPIO_PL061"),
  on("GPIO_PL061", "QEMU's power button on a machine without ACPI"),
  on("KEYBOARD_GPIO", "QEMU's power button on a machine without ACPI"),
];

/** The options of one architecture, beyond {@link COMMON_OPTIONS}. */
const ARCH_OPTIONS: { readonly [A in Arch]: readonly KernelOption[] } = {
  x86_64: X86_64_OPTIONS,
  aarch64: AARCH64_OPTIONS,
};

/** A part of the configuration. */
export interface KernelFragment {
  readonly title: string;
  readonly options: readonly KernelOption[];
}

/** The parts of the configuration for `arch`, in the order in which Kconfig reads them. */
export function kernelFragments(arch: Arch): readonly KernelFragment[] {
  return [
    { title: "common: the options of every architecture", options: COMMON_OPTIONS },
    { title: `${arch}: the options of this architecture alone`, options: ARCH_OPTIONS[arch] },
  ];
}

/** The whole configuration for `arch`. */
export function kernelOptions(arch: Arch): readonly KernelOption[] {
  return kernelFragments(arch).flatMap(({ options }) => options);
}
