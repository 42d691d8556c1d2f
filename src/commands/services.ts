import { formatTimestamp } from "../base/log.ts";
import { defineCommand } from "../command-line/command.ts";
import { listServices } from "../init/service/client.ts";
import type { Status } from "../init/service/status.ts";

export const command = defineCommand({
  description:
    "Prints for every service its state and since when, its process, how often it was restarted since it was\n" +
    "last started on request or at boot, and how its latest run ended or why it has failed.",
  parameters: { flags: {} },
  func() {
    const services = listServices(this.platform);
    this.process.stdout.write(services.length === 0 ? "This system has no services.\n" : tableOf(services));
  },
});

const HEADER = ["NAME", "STATE", "SINCE", "PID", "RESTARTS", "LAST EXIT"];

function tableOf(services: readonly Status[]): string {
  const rows = [HEADER, ...services.map(rowOf)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

function rowOf({ name, state, since, pid, restarts, failure, lastExit }: Status): string[] {
  const second = `${formatTimestamp(since).slice(0, 19)}Z`;
  return [name, state, second, String(pid ?? "-"), String(restarts), failure ?? lastExit ?? "-"];
}
