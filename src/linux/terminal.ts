/** Terminals: their size, and reading them key by key (termios(3), tty_ioctl(4)). */
import { bytes, reserved, struct, u8, u16, u32 } from "../base/struct.ts";
import {
  ECHO,
  ICANON,
  ICRNL,
  IEXTEN,
  ISIG,
  IXON,
  TCGETS,
  TCSETS,
  TIOCGWINSZ,
  TIOCOUTQ,
  VMIN,
  VTIME,
} from "../platform/linux-abi.ts";
import { type KernelAccess, systemCall } from "./syscalls.ts";

/** include/uapi/asm-generic/termbits.h: struct termios, the same on x86_64 and aarch64. */
const Termios = struct("termios", 36, {
  inputFlags: u32,
  outputFlags: u32,
  controlFlags: u32,
  localFlags: u32,
  discipline: u8,
  characters: bytes(19), // NCCS
});

/** The result of TIOCOUTQ. */
const Count = struct("int", 4, { value: u32 });

/** include/uapi/asm-generic/termios.h: struct winsize. */
const WindowSize = struct("winsize", 8, { rows: u16, columns: u16, pixels: reserved(4) });

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** The size of the VT100, for a terminal that does not know its size, such as a serial line. */
const USUAL_SIZE: TerminalSize = { rows: 24, columns: 80 };

/** Throws {@link SystemError} (`ENOTTY`) if `fd` is not a terminal. */
export function terminalSize(platform: KernelAccess, fd: number): TerminalSize {
  const buffer = new Uint8Array(WindowSize.size);
  const call = { name: "ioctl", action: "ask the size of", what: `terminal ${fd}` } as const;
  systemCall(platform, call, fd, TIOCGWINSZ, buffer);
  const { rows, columns } = WindowSize.decode(buffer);
  return columns === 0 || rows === 0 ? USUAL_SIZE : { rows, columns };
}

/**
 * The bytes written to a terminal but not sent yet. Throws {@link SystemError} (`ENOTTY`) if `fd` is not one.
 */
export function unsentBytes(platform: KernelAccess, fd: number): number {
  const buffer = new Uint8Array(Count.size);
  const call = { name: "ioctl", action: "ask the unsent output of", what: `terminal ${fd}` } as const;
  systemCall(platform, call, fd, TIOCOUTQ, buffer);
  return Count.decode(buffer).value;
}

/**
 * From now on every key arrives when it is pressed, Ctrl-C as a byte, and the terminal does not echo; output
 * is still processed as lines. The returned function restores the settings. Throws {@link SystemError}
 * (`ENOTTY`) if `fd` is not a terminal.
 */
export function readKeys(platform: KernelAccess, fd: number): () => void {
  const before = new Uint8Array(Termios.size);
  const ask = { name: "ioctl", action: "ask the settings of", what: `terminal ${fd}` } as const;
  systemCall(platform, ask, fd, TCGETS, before);
  const settings = Termios.decode(before);
  const characters = settings.characters.slice();
  characters[VMIN] = 1;
  characters[VTIME] = 0;
  const after = Termios.encode({
    ...settings,
    inputFlags: settings.inputFlags & ~(ICRNL | IXON),
    localFlags: (settings.localFlags & ~(ISIG | ICANON | ECHO | IEXTEN)) >>> 0,
    characters,
  });
  const set = { name: "ioctl", action: "change", what: `terminal ${fd}` } as const;
  systemCall(platform, set, fd, TCSETS, after);
  return () => {
    systemCall(platform, set, fd, TCSETS, before);
  };
}
