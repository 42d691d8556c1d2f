/** The smallest application: writes a line and powers off. */
import { powerOff } from "efi";

console.log("hello from TypeScript on bare firmware");
powerOff();
