/** 64-bit words of the firmware are bigints, so nothing is rounded. */
import { EfiError, getVariable, guid, hexadecimal, memoryMap, powerOff, setVariable, VARIABLE } from "efi";

const name = { name: "Bq2Words", vendor: guid("6f0d6a3c-5c4e-4b0e-9a39-6b7132cd0a55") };
const words = BigUint64Array.of(2n ** 63n, 2n ** 64n - 1n, 2n ** 53n + 1n);
setVariable(name, new Uint8Array(words.buffer), VARIABLE.bootService);
const read = new BigUint64Array((getVariable(name) ?? new Uint8Array()).slice().buffer);
console.log([...read].map(hexadecimal).join(" "));

const memory = memoryMap();
const free = memory.filter(({ type }) => type === "conventional");
const sizeBytes = free.reduce((sum, range) => sum + range.sizeBytes, 0n);
console.log(`free memory: ${sizeBytes / 2n ** 20n} MiB in ${memory.length} ranges`);

try {
  setVariable({ ...name, name: "" }, new Uint8Array(1), VARIABLE.bootService);
} catch (error) {
  console.log(error instanceof EfiError ? `${error.code} is 0x${hexadecimal(error.status)}` : error);
}
powerOff();
