/** The firmware's variables (UEFI 2.10, 8.2). */
import { guidText } from "./guid.ts";
import { EfiError } from "./status.ts";
import { RUNTIME, runtimeServices } from "./tables.ts";
import { fromUtf16, Result, utf16 } from "./words.ts";

/** 8.2.1: attributes of a variable. */
export const VARIABLE = { nonVolatile: 1, bootService: 2, runtime: 4 } as const;

export interface VariableName {
  readonly name: string;
  /** 16 bytes, made by `guid` (`guid.ts`). */
  readonly vendor: Uint8Array;
}

/** The bytes of a variable, or undefined (8.2.1: GetVariable). Throws {@link EfiError}. */
export function getVariable({ name, vendor }: VariableName): Uint8Array | undefined {
  const size = new Result();
  const attributes = new Uint32Array(1);
  let data = new Uint8Array(0);
  for (;;) {
    size.word[0] = BigInt(data.length);
    const words = [utf16(name), vendor, attributes, size.word, data.length === 0 ? null : data];
    try {
      runtimeServices.service(`read the variable ${name}`, RUNTIME.getVariable, ...words);
      return data.subarray(0, Number(size.value));
    } catch (error) {
      if (!(error instanceof EfiError)) throw error;
      if (error.code === "EFI_NOT_FOUND") return undefined;
      if (error.code !== "EFI_BUFFER_TOO_SMALL") throw error;
      data = new Uint8Array(Number(size.value));
    }
  }
}

/** Sets a variable; empty `data` removes it (8.2.3: SetVariable). `attributes`: {@link VARIABLE}, joined. */
export function setVariable({ name, vendor }: VariableName, data: Uint8Array, attributes: number): void {
  const words = [utf16(name), vendor, attributes, data.length, data];
  runtimeServices.service(`set the variable ${name}`, RUNTIME.setVariable, ...words);
}

/** The names of all variables (8.2.2: GetNextVariableName). */
export function variableNames(): VariableName[] {
  const names: VariableName[] = [];
  let units = new Uint16Array(64);
  const vendor = new Uint8Array(16);
  for (;;) {
    const size = new Result(BigInt(units.byteLength));
    try {
      runtimeServices.service("list the variables", RUNTIME.getNextVariableName, size.word, units, vendor);
    } catch (error) {
      if (!(error instanceof EfiError)) throw error;
      if (error.code === "EFI_NOT_FOUND") return names;
      if (error.code !== "EFI_BUFFER_TOO_SMALL") throw error;
      const larger = new Uint16Array(Number(size.value) / 2);
      larger.set(units);
      units = larger;
      continue;
    }
    names.push({ name: fromUtf16(units), vendor: vendor.slice() });
  }
}

/** The name in Linux's efivarfs, such as `BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c`. */
export function variableText({ name, vendor }: VariableName): string {
  return `${name}-${guidText(vendor)}`;
}
