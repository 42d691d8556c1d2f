/** Networks that need no details. Process 1 reads this file at every boot, so it imports no code. */
import type { NetworkDescription } from "./description.ts";

/** No interface is set up. */
export const NO_NETWORK: NetworkDescription = { interfaces: [], nameServers: [] };

/** Every card gets its address from a DHCP server. */
export const DHCP_ON_EVERY_CARD: NetworkDescription = {
  interfaces: [{ match: "*", addressing: { kind: "dhcp" }, mtu: null }],
  nameServers: [],
};
