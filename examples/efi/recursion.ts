/** Deep recursion: thousands of calls fit on the stack; without an end they are an error like any other. */
import { powerOff } from "efi";

function sumUpTo(count: number): number {
  return count === 0 ? 0 : count + sumUpTo(count - 1);
}

function endless(): number {
  return 1 + endless();
}

console.log(`the sum up to 5000 is ${sumUpTo(5000)}`);
try {
  endless();
} catch (error) {
  console.log(`endless recursion: ${error}`);
}
console.log("and on it goes");
powerOff();
