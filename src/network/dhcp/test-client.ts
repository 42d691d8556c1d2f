/** Runs the DHCP client on Node, with the words of its command, as soon as its interface exists. */
import process from "node:process";
import { nodePlatform } from "../../platform/node/platform.ts";
import { interfaces } from "../interfaces.ts";
import { dhcpClient } from "./run.ts";

const platform = nodePlatform();
const words = process.argv.slice(2);
while (!interfaces(platform).some(({ name }) => name === words[0])) await platform.clock.sleep(0.1);
await dhcpClient(platform, words);
