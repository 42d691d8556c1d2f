/**
 * What the C runtime (`native/efi/runtime.c`) gives to TypeScript: one primitive that calls any function of the firmware,
 * and the engine's own services. Everything else is TypeScript.
 */
declare module "bq2:firmware" {
  /** A machine word. Bytes: the address of their first; the firmware reads and writes them in place. null: 0. */
  export type Word =
    | number
    | bigint
    | boolean
    | null
    | Uint8Array
    | Uint16Array
    | Uint32Array
    | BigUint64Array;
  /** Calls the function at an address, with at most 12 words. */
  export function call(address: bigint, ...words: readonly Word[]): bigint;
  /** Where bytes lie. They stay there as long as something in TypeScript holds them. */
  export function address(bytes: Exclude<Word, number | bigint | boolean | null>): bigint;
  /** Memory as it is, not a copy. Nothing checks that it may be read. */
  export function memory(address: bigint, size: number): ArrayBuffer;
  /**
   * The address of a function that the firmware can call: `body` gets its first eight words and gives its status. Synchronous; an
   * error becomes EFI_DEVICE_ERROR. There are 16, and none is given back.
   */
  export function callback(body: (...words: bigint[]) => Word): bigint;
  /** A counter that never stops; `clock.ts` finds out how many ticks a second has. */
  export function ticks(): number;
  /** Ends the application: 0 as EFI_SUCCESS, anything else as EFI_DEVICE_ERROR. */
  export function exit(code: number): never;
  /** Handle of this application, and address of the system table (UEFI 2.10, 4.1). */
  export const image: bigint;
  export const systemTable: bigint;

  // As in `bq2:native` (platform/quickjs-native.d.ts):
  export function sha256Start(): ArrayBuffer;
  export function sha256Add(state: ArrayBuffer, bytes: Uint8Array): void;
  export function sha256End(state: ArrayBuffer): ArrayBuffer;
  export function crc32(bytes: Uint8Array, previous: number): number;
  export function evaluate(source: string, name: string): Promise<{ readonly value: unknown }>;
  /** Adds the modules of a program file, which is copied, to those that can be imported. Throws TypeError. */
  export function addProgram(program: Uint8Array): void;
  export function setIdle(idle: () => boolean): void;
  export function setRejectionTracker(
    tracker: (promise: object, reason: unknown, isHandled: boolean) => void,
  ): void;
}
