import type { Attributes } from "./attributes.ts";

/** How each attribute of one file is changed. */
interface Changes {
  resize(size: number): void;
  setOwner(uid: number, gid: number): void;
  setMode(mode: number): void;
  setTime(seconds: number): void;
}

/**
 * Changes what a message asks for, in an order in which no change undoes another: a new size sets the time,
 * and a new owner clears setuid (chown(2)).
 */
export function changeAttributes({ size, owner, permissions, times }: Attributes, changes: Changes): void {
  if (size !== undefined) changes.resize(size);
  if (owner !== undefined) changes.setOwner(owner.uid, owner.gid);
  if (permissions !== undefined) changes.setMode(permissions & 0o7777);
  if (times !== undefined) changes.setTime(times.modification);
}
