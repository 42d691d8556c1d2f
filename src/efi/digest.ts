/** sha256, computed by the runtime's C code. */
import { sha256Add, sha256End, sha256Start } from "bq2:firmware";
import { toHex } from "../base/bytes.ts";

/** Lower-case hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  const state = sha256Start();
  sha256Add(state, bytes);
  return toHex(new Uint8Array(sha256End(state)));
}
