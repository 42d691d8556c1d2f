/**
 * Prepares the realm of an evaluation; imported before the user's modules. Whoever makes the realm leaves a
 * function in it that tells where the user's code is; this takes it away again.
 */
import { setPlaceReader } from "../src/system/place.ts";

const realm = globalThis as { readPlace?: () => string | undefined };
if (realm.readPlace !== undefined) setPlaceReader(realm.readPlace);
delete realm.readPlace;
