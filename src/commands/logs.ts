import { defineCommand } from "../command-line/command.ts";
import { noSuchService } from "../init/service/client.ts";
import {
  LogFollower,
  type LogLine,
  loggedServices,
  parseSince,
  readLogs,
  type Since,
  textOf,
} from "../init/service/read-logs.ts";

interface Flags {
  readonly follow: boolean;
  readonly since: Since | undefined;
}

const LOOK_SECONDS = 0.25;

export const command = defineCommand<Flags, [string?]>({
  description:
    "Prints the logs of all services, in the order of time, or the log of one service. Lines that begin with\n" +
    "`bq2:` are from process 1. Old lines go when a log becomes too large. Times are in UTC.",
  parameters: {
    flags: {
      follow: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Go on with new lines until Ctrl-C",
      },
      since: {
        kind: "parsed",
        parse: parseSince,
        optional: true,
        placeholder: "TIME|DURATION",
        brief: "Only lines since then, such as 10m, 2h or 2026-02-23T14:41",
      },
    },
    aliases: { f: "follow" },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Name of a service", parse: String, placeholder: "NAME", optional: true }],
    },
  },
  async func({ follow, since }, name) {
    const { files, clock } = this.platform;
    const known = loggedServices(files);
    if (name !== undefined && !known.includes(name)) throw noSuchService(name, known);
    const services = name === undefined ? known : [name];
    const width = Math.max(...services.map((service) => service.length));
    const print = (lines: readonly LogLine[]): void => {
      const label = (service: string): string => (name === undefined ? `${service.padEnd(width)} ` : "");
      const text = lines.map((line) => `${label(line.service)}${line.text}\n`).join("");
      if (text !== "") this.process.stdout.write(text);
    };
    const start = since === undefined ? "" : textOf(since, clock.nowMicroseconds());
    const followers = services.map((service) => new LogFollower(files, service));
    print(readLogs(files, services, start));
    while (follow) {
      await clock.sleep(LOOK_SECONDS);
      for (const follower of followers) print(follower.next());
    }
  },
});
