/** Ends by an error that nobody handles: it is shown with its place, and the firmware goes on. */
interface Machine {
  readonly memory?: { readonly sizeBytes: number };
}

function memoryOf(machine: Machine): number {
  return machine.memory!.sizeBytes; // this machine has none
}

console.log("about to fail");
console.log(memoryOf({}));
