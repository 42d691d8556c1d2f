/** Ends with an unhandled error: the console shows it with file and line, and the firmware continues. */
interface Machine {
  readonly memory?: { readonly sizeBytes: number };
}

function memoryOf(machine: Machine): number {
  return machine.memory!.sizeBytes; // this machine has none
}

console.log("about to fail");
console.log(memoryOf({}));
