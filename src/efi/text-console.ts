/** The firmware's console, on a serial line and a screen alike: text and keys (UEFI 2.10, 12.3 and 12.4). */
import { EfiError } from "./status.ts";
import { SYSTEM_TABLE, systemTable } from "./tables.ts";
import { Interface, utf16 } from "./words.ts";

/** 12.4: EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL. */
const OUT = { outputString: 8, setAttribute: 40, clearScreen: 48, setCursorPosition: 56, enableCursor: 64 };
/** 12.3: EFI_SIMPLE_TEXT_INPUT_PROTOCOL. */
const IN = { reset: 0, readKeyStroke: 8 };

const output = new Interface(systemTable.word(SYSTEM_TABLE.consoleOut));
const input = new Interface(systemTable.word(SYSTEM_TABLE.consoleIn));

/** Characters per call: some firmware's terminals have buffers of a few hundred. */
const PIECE = 200;

/** Writes text; a line feed also returns the carriage. */
export function write(text: string): void {
  const whole = text.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n");
  for (let at = 0; at < whole.length; at += PIECE) {
    output.method("write on the console", OUT.outputString, utf16(whole.slice(at, at + PIECE)));
  }
}

export function clearScreen(): void {
  output.method("clear the screen", OUT.clearScreen);
}

/** Columns and rows count from 0. */
export function moveCursor(column: number, row: number): void {
  output.method("move the cursor", OUT.setCursorPosition, column, row);
}

export function showCursor(isVisible: boolean): void {
  output.method("show the cursor", OUT.enableCursor, isVisible);
}

/** 12.4.7: EFI_TEXT_ATTR; foreground 0 to 15, background 0 to 7. */
export function setColors(foreground: number, background: number): void {
  output.method("set colours", OUT.setAttribute, foreground | (background << 4));
}

export interface Key {
  /** The character; `Enter` is "\r", `Backspace` is "\b". Empty for keys that are not characters. */
  readonly text: string;
  /** `up`, `down`, `escape`…; undefined for characters and rarer keys. */
  readonly name: KeyName | undefined;
}

/** 12.1.2, table 12.2: EFI scan codes. */
const SCAN_CODES = {
  1: "up",
  2: "down",
  3: "right",
  4: "left",
  5: "home",
  6: "end",
  7: "insert",
  8: "delete",
  9: "page-up",
  10: "page-down",
  23: "escape",
} as const;
export type KeyName = (typeof SCAN_CODES)[keyof typeof SCAN_CODES];

/** The next typed key, or undefined. Does not wait: `keys.ts` does. */
export function readKey(): Key | undefined {
  const key = new Uint16Array(2); // EFI_INPUT_KEY: scan code, character
  try {
    input.method("read a key", IN.readKeyStroke, key);
  } catch (error) {
    if (error instanceof EfiError && error.code === "EFI_NOT_READY") return undefined;
    throw error;
  }
  const [scanCode = 0, unit = 0] = key;
  return {
    text: unit === 0 ? "" : String.fromCharCode(unit),
    name: SCAN_CODES[scanCode as keyof typeof SCAN_CODES],
  };
}

/** Discards keys that were typed so far. */
export function dropKeys(): void {
  input.method("reset the keyboard", IN.reset, false);
}
