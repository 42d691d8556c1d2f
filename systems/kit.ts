/** `bq2/system`: what a system file is written with. */
export type { NetworkDescription, Service } from "../src/system/description.ts";
export {
  dhcp,
  file,
  folder,
  group,
  interfaces,
  link,
  noNetwork,
  type ServiceOptions,
  type SystemOptions,
  service,
  system,
  user,
} from "../src/system/constructors.ts";
export type { Entry, Group, System, User } from "../src/system/system.ts";
