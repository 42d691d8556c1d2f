/**
 * The kernel's configuration as data: every option that is on, and why. It stands on `allnoconfig`, where
 * each option that asks is answered with "no", so what is not written here and is not required by what is
 * written here is off: no modules, no swap, no debugging. EXPERT is left off on purpose: without it Kconfig
 * keeps the everyday system calls on, so that no program finds a kernel that lacks one.
 *
 * The lists are kept in the order of Kconfig's menus. `src/recipe/kconfig.ts` turns them into the text that
 * `make allnoconfig` takes and checks that each one has survived.
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
 * What the kernel is told when the firmware starts it with no arguments of its own. A console named later
 * wins /dev/console: the serial line where there is one, the screen where there is none. `quiet` leaves errors
 * on the consoles (all of them), not news. The root's disk has half a minute to show up (a USB disk takes some
 * seconds): without it the kernel says which one it wants and which there are, and restarts.
 * (Documentation/admin-guide/kernel-parameters.txt)
 */
export const commandLine = (serialConsole: string): string =>
  `root=PARTLABEL=bq2-root rootwait=30 rw init=/sbin/init quiet console=tty0 console=${serialConsole}`;

/** Options that hold on every architecture. */
export const COMMON_OPTIONS: readonly KernelOption[] = [
  // General setup
  on("SYSVIPC", "System V shared memory and semaphores: part of POSIX XSI, fakeroot-like tools need them"),
  on("POSIX_MQUEUE", "POSIX message queues, private to each ipc namespace"),
  on("HIGH_RES_TIMERS", "sleeps shorter than a scheduler tick"),
  on("NO_HZ_IDLE", "an idle virtual machine takes no CPU of its host"),
  on("CGROUPS", "so that a supervisor can hold a build and all it starts"),
  on("CGROUP_PIDS", "a limit on processes: a fork bomb in a build ends with the build"),
  on("NAMESPACES", "the image builds itself inside namespaces"),
  on("UTS_NS", "a fixed host name for each build"),
  on("IPC_NS", "no shared memory between builds"),
  on("USER_NS", "builds need no root"),
  on("PID_NS", "killing a build's first process ends all of it"),
  on("NET_NS", "no network after the sources are there"),
  on("BLK_DEV_INITRD", "the same kernel can be started with an initrd by a boot loader"),
  on("RD_GZIP", "the one compression an initrd of ours has"),
  on("CC_OPTIMIZE_FOR_SIZE", "smaller, and quicker to compile"),
  on("MULTIUSER", "users other than root"),
  on("PRINTK", "kernel messages"),
  on("BUG", "a broken invariant is reported, not passed over"),
  on("FUTEX", "musl's locks"),
  on("EPOLL", "event loops"),
  on("SIGNALFD", "event loops"),
  on("TIMERFD", "event loops"),
  on("EVENTFD", "event loops"),
  on("SHMEM", "tmpfs with contents in memory"),
  on("ADVISE_SYSCALLS", "fadvise and madvise"),
  on("POSIX_TIMERS", "timer_create and setitimer"),

  // Processor
  on("SMP", "more than one CPU"),

  // Power management and ACPI
  on("ACPI", "finds the devices of a PC or a server, and turns it off"),
  on("ACPI_BUTTON", "the power button as an input event"),

  // Executables and memory
  on("BINFMT_ELF", "programs"),
  on("BINFMT_SCRIPT", "programs that start with #!"),
  on("SECCOMP", "sandboxes of programs that bring their own"),

  // Block layer
  on("BLOCK", "disks"),
  on("PARTITION_ADVANCED", "offers EFI_PARTITION"),
  on("EFI_PARTITION", "GPT: the root partition is found by its label"),

  // Networking: IPv4 to reach a mirror, sockets on the machine itself
  on("NET", "sockets"),
  on("PACKET", "udhcpc speaks DHCP before there is an address"),
  on("UNIX", "sockets between programs"),
  on("INET", "TCP, UDP and the loopback address"),

  // Buses and drivers
  on("PCI", "every device below hangs on it"),
  on("PCI_MSI", "NVMe and virtio interrupts"),
  on("DEVTMPFS", "device nodes without a device manager"),
  on("DEVTMPFS_MOUNT", "they are there before init runs"),
  on("BLK_DEV", "offers the block drivers"),
  on("BLK_DEV_LOOP", "a disk image as a disk"),
  on("VIRTIO_BLK", "QEMU's disk (if=virtio)"),
  on("BLK_DEV_NVME", "disks of today's machines"),
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
  on("INPUT_EVDEV", "/dev/input/event*: process 1 hears the power button there"),
  on("INPUT_KEYBOARD", "offers the keyboards"),
  on("TTY", "terminals"),
  on("UNIX98_PTYS", "pseudo-terminals: script, sshd, terminal multiplexers"),
  on("VT", "a terminal on the screen"),
  on("VT_CONSOLE", "kernel messages on the screen"),
  on("VIRTIO_CONSOLE", "QEMU's paravirtual console, /dev/hvc0"),
  on("HW_RANDOM", "random numbers from the hardware"),
  on("HW_RANDOM_VIRTIO", "random numbers from QEMU's host: no wait for entropy"),
  on("FB", "the screen"),
  on("FB_EFI", "the framebuffer that the firmware leaves: any screen, no driver for each card"),
  on("FRAMEBUFFER_CONSOLE", "text on that framebuffer"),
  on("HID_SUPPORT", "offers USB keyboards"),
  on("HID", "USB keyboards"),
  on("HID_GENERIC", "USB keyboards that follow the standard"),
  on("USB_HID", "USB keyboards"),
  on("USB_SUPPORT", "offers USB"),
  on("USB", "keyboards and sticks"),
  on("USB_PCI", "USB controllers on PCI"),
  on("USB_XHCI_HCD", "USB 3 controllers"),
  on("USB_EHCI_HCD", "USB 2 controllers"),
  on("USB_STORAGE", "the image on a USB stick"),
  on("RTC_CLASS", "the clock is right at boot, so TLS certificates are valid"),
  on("VIRTIO_MENU", "offers the virtio drivers"),
  on("VIRTIO_PCI", "virtio devices on PCI"),

  // File systems
  on("EXT4_FS", "the root file system"),
  on("EXT4_FS_POSIX_ACL", "access control lists of an unpacked rootfs are kept"),
  on("EXT4_FS_SECURITY", "security.capability of an unpacked rootfs is kept"),
  on("INOTIFY_USER", "programs that watch files"),
  on("OVERLAY_FS", "what a build step sees is an overlay"),
  on("ISO9660_FS", "CD-ROM images"),
  on("JOLIET", "long names on them"),
  on("VFAT_FS", "the EFI system partition"),
  on("FAT_DEFAULT_UTF8", "file names in UTF-8 there too"),
  on("PROC_FS", "/proc"),
  on("PROC_SYSCTL", "/proc/sys: namespaces are set up through it"),
  on("SYSFS", "/sys"),
  on("TMPFS", "/tmp and /run in memory"),
  on("TMPFS_POSIX_ACL", "an overlay's upper folder on tmpfs keeps access control lists"),
  on("TMPFS_XATTR", "an overlay's upper folder on tmpfs keeps its marks in user.overlay.*"),
  on("NLS_CODEPAGE_437", "FAT's short names (FAT_DEFAULT_CODEPAGE)"),
  on("NLS_ISO8859_1", "FAT's default character set (FAT_DEFAULT_IOCHARSET)"),
  on("NLS_UTF8", "names of CD-ROMs and FAT in UTF-8"),

  // Firmware
  on("EFI", "started by UEFI"),
  on("EFI_STUB", "the kernel is itself an EFI program: no boot loader"),
  on("EFIVAR_FS", "boot entries can be read and set"),

  // Debugging
  {
    option: "MESSAGE_LOGLEVEL_DEFAULT",
    value: "3",
    why: "which root is wanted and which disks there are has no level of its own: shown although it is quiet",
  },
  on("MAGIC_SYSRQ", "sync and reboot by keyboard or serial break when nothing else answers"),
  {
    option: "PANIC_TIMEOUT",
    value: "10",
    why: "seconds to read the message, then a restart: a boot loader that counts starts takes another entry",
  },
];

const X86_64_OPTIONS: readonly KernelOption[] = [
  on("64BIT", "x86_64, not i386"),
  on("KERNEL_GZIP", "quicker to unpack than xz under emulation; takes gzip to build"),
  on("UNWINDER_FRAME_POINTER", "stack traces without objtool (see the patches)"),
  on("HYPERVISOR_GUEST", "offers KVM_GUEST"),
  on("PARAVIRT", "offers KVM_GUEST"),
  on("KVM_GUEST", "a steady clock under KVM"),
  on("X86_X2APIC", "firmware of recent machines leaves it on and cannot turn it off"),
  on("MTRR", "needed by X86_PAT"),
  on("X86_PAT", "a write-combining framebuffer: scrolling is fast"),
  on("CMDLINE_BOOL", "offers CMDLINE; the firmware's arguments are appended to it"),
  {
    option: "CMDLINE",
    value: `"${commandLine("ttyS0")}"`,
    why: "boots with no boot loader and no arguments",
  },
  on("ATA_SFF", "offers ATA_BMDMA"),
  on("ATA_BMDMA", "offers ATA_PIIX"),
  on("ATA_PIIX", "the IDE disk of QEMU's pc machine and of VirtualBox"),
  on("KEYBOARD_ATKBD", "PS/2 keyboards, QEMU's default"),
  on("SERIO_I8042", "the PS/2 controller"),
  on("SERIAL_8250", "the PC's serial port"),
  on("SERIAL_8250_CONSOLE", "console=ttyS0"),
  on("PNP", "offers ACPI's list of serial ports"),
  on("RTC_DRV_CMOS", "the PC's clock"),
];

const AARCH64_OPTIONS: readonly KernelOption[] = [
  // The processor's faults: of machines that are in the cloud or on a desk, and boot by UEFI
  on("ARM64_ERRATUM_826319", "Cortex-A53 (Raspberry Pi 3): a deadlock"),
  on("ARM64_ERRATUM_827319", "Cortex-A53: a cache line lost"),
  on("ARM64_ERRATUM_824069", "Cortex-A53: a cache line lost"),
  on("ARM64_ERRATUM_819472", "Cortex-A53: data corrupted by a store exclusive"),
  on("ARM64_ERRATUM_843419", "Cortex-A53: a wrong address"),
  on("ARM64_ERRATUM_1463225", "Cortex-A76 (Raspberry Pi 5): an interrupt lost"),
  on("ARM64_ERRATUM_3194386", "Cortex-A76 to X925, Neoverse: speculation goes on where it was forbidden"),
  on("ROCKCHIP_ERRATUM_3588001", "RK3588 boards: interrupt tables that other processors do not see"),

  // Processor
  on("ARM64_VA_BITS_48", "any machine's memory, by page tables of four levels"),
  on("ARM64_PAN", "the kernel cannot read a program's memory by mistake"),
  on("ARM64_USE_LSE_ATOMICS", "atomic instructions where the processor has them: many cores wait less"),

  {
    option: "CMDLINE",
    value: `"${commandLine("ttyAMA0")}"`,
    why: "boots with no boot loader and no arguments",
  },
  on("SERIAL_AMBA_PL011", "the serial port of QEMU's virt machine and of servers (SBSA)"),
  on("SERIAL_AMBA_PL011_CONSOLE", "console=ttyAMA0"),
  on("PCI_HOST_GENERIC", "PCI where the firmware gives a device tree in place of ACPI"),
  on("USB_XHCI_PLATFORM", "USB controllers off PCI, as on boards"),
  on("VIRTIO_MMIO", "virtio devices off PCI"),
  on("RTC_DRV_PL031", "the clock of QEMU's virt machine"),
  on("RTC_DRV_EFI", "the clock of servers"),
  on("GPIOLIB", "offers GPIO_PL061"),
  on("GPIO_PL061", "QEMU's power button where there is no ACPI"),
  on("KEYBOARD_GPIO", "QEMU's power button where there is no ACPI"),
];

/** The options of one architecture, beyond {@link COMMON_OPTIONS}. */
const ARCH_OPTIONS: { readonly [A in Arch]: readonly KernelOption[] } = {
  x86_64: X86_64_OPTIONS,
  aarch64: AARCH64_OPTIONS,
};

/** A part of what is asked for. */
export interface KernelFragment {
  readonly title: string;
  readonly options: readonly KernelOption[];
}

/** The parts of what is asked for on `arch`, in the order in which Kconfig gets them. */
export function kernelFragments(arch: Arch): readonly KernelFragment[] {
  return [
    { title: "common: what holds on every architecture", options: COMMON_OPTIONS },
    { title: `${arch}: what holds there alone`, options: ARCH_OPTIONS[arch] },
  ];
}

/** Everything that is asked for on `arch`. */
export function kernelOptions(arch: Arch): readonly KernelOption[] {
  return kernelFragments(arch).flatMap(({ options }) => options);
}
