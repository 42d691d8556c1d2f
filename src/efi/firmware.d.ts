/**
 * What the C runtime (`native/efi/runtime.c`) provides: one primitive that calls any firmware function, and
 * the engine's services. Everything else is TypeScript.
 */
declare module "bq2:firmware" {
  /** A machine word. An array is passed as its address, and the firmware accesses it in place; null is 0. */
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
  /** The address of an array, which is valid as long as TypeScript code refers to the array. */
  export function address(bytes: Exclude<Word, number | bigint | boolean | null>): bigint;
  /** Memory in place, not a copy. Nothing checks that it may be accessed. */
  export function memory(address: bigint, size: number): ArrayBuffer;
  /**
   * The address of a function that the firmware can call: `body` gets the first eight words and returns the
   * status, synchronously; an error becomes EFI_DEVICE_ERROR. There are 16, and none can be released.
   */
  export function callback(body: (...words: bigint[]) => Word): bigint;
  /** A counter that never stops; `clock.ts` measures how many ticks make a second. */
  export function ticks(): number;
  /** Ends the application with EFI_SUCCESS if `code` is 0, else with EFI_DEVICE_ERROR. */
  export function exit(code: number): never;
  /** This application's handle, and the address of the system table (UEFI 2.10, 4.1). */
  export const image: bigint;
  export const systemTable: bigint;

  // As in `bq2:native` (platform/quickjs-native.d.ts):
  export function sha256Start(): ArrayBuffer;
  export function sha256Add(state: ArrayBuffer, bytes: Uint8Array): void;
  export function sha256End(state: ArrayBuffer): ArrayBuffer;
  export function crc32(bytes: Uint8Array, previous: number): number;
  export function evaluate(source: string, name: string): Promise<{ readonly value: unknown }>;
  /** Makes the modules of a program file importable; copies the bytes. Throws TypeError if it is damaged. */
  export function addProgram(program: Uint8Array): void;
  export function setIdle(idle: () => boolean): void;
  export function setRejectionTracker(
    tracker: (promise: object, reason: unknown, isHandled: boolean) => void,
  ): void;
}
