/**
 * Where in a user's file a value was made, so that a mistake can be shown there. Places never enter a plan: a
 * value does not contain its place, and a system file cannot read it.
 */

/** Such as `system.ts:12:5`. */
type PlaceReader = () => string | undefined;

let readPlace: PlaceReader = () => undefined;

/** Sets what finds out where the running code was called from. The evaluation of a system file does that. */
export function setPlaceReader(reader: PlaceReader): void {
  readPlace = reader;
}

const places = new WeakMap<object, string>();

/** Returns `value`, and remembers where it was made. */
export function madeHere<T extends object>(value: T): T {
  const place = readPlace();
  if (place !== undefined) places.set(value, place);
  return value;
}

/** Where the value was made; undefined if nobody knows. */
export function placeOf(value: object): string | undefined {
  return places.get(value);
}
