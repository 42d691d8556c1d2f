/** The smallest application: a line on the console, then off. */
import { powerOff } from "efi";

console.log("hello from TypeScript on bare firmware");
powerOff();
