/** Shows downloads: bytes on a terminal, one line for each event in a log. */
import type { Archive } from "../../plan/source.ts";
import type { FetchEvent } from "../../sources/fetch.ts";
import type { RunContext } from "../context/context.ts";

const MIB = 2 ** 20;

/** A listener for `fetchArchives` that shows progress until `end` is called. */
export function fetchProgress(
  { log, progress }: RunContext,
  archives: readonly Archive[],
): { onEvent: (event: FetchEvent) => void; end: () => void } {
  const received = new Map<string, number>();
  const end = progress.begin("download-sources", () => byteLines(archives, received));
  return {
    onEvent(event) {
      const { file, size } = event.archive;
      if (event.kind === "progress") received.set(file, event.received);
      else if (event.kind === "cached" || event.kind === "fetched") received.set(file, size);
      const line = logLine(event);
      if (line !== undefined) log[line.level](`${file}: ${line.text}`);
    },
    end,
  };
}

/** The total first, then each archive that is being downloaded. */
function byteLines(archives: readonly Archive[], received: ReadonlyMap<string, number>): string[] {
  const here = [...received.values()].reduce((sum, bytes) => sum + bytes, 0);
  const total = archives.reduce((sum, { size }) => sum + size, 0);
  const running = archives.filter(({ file, size }) => (received.get(file) ?? size) < size);
  return [
    `${mib(here)} of ${mib(total)} MiB`,
    ...running.map(({ file, size }) => `${file} ${mib(received.get(file) ?? 0)} of ${mib(size)} MiB`),
  ];
}

/** The log line for an event; none for progress. */
function logLine(event: FetchEvent): { readonly level: "info" | "warn"; readonly text: string } | undefined {
  switch (event.kind) {
    case "progress":
      return undefined;
    case "cached":
      return { level: "info", text: "cached, verified" };
    case "fetched":
      return { level: "info", text: `fetched from ${event.origin}` };
    case "waiting":
      return { level: "info", text: "waiting for another bq2 that is fetching it" };
    case "retry":
      return { level: "warn", text: `${event.reason}; retrying in ${event.seconds} s (${event.origin})` };
    case "refused":
      return { level: "warn", text: `refused from ${event.origin}: ${event.reason}` };
    case "damaged":
      return { level: "warn", text: `${event.path} is damaged: ${event.reason}; fetching it again` };
  }
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
