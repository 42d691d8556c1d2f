/** What open(2) is asked for, by {@link OpenMode}. */
import { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from "./linux-abi.ts";
import type { OpenMode } from "./platform.ts";

export const OPEN_FLAGS: { readonly [M in OpenMode]: number } = {
  read: O_RDONLY,
  write: O_WRONLY | O_CREAT | O_TRUNC,
  create: O_RDWR | O_CREAT | O_EXCL,
  update: O_RDWR | O_CREAT,
};
