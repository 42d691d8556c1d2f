/** Deep recursion: thousands of calls fit on the stack; endless recursion is an error that can be caught. */
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
