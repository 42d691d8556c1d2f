/** Downloads, shown: bytes on a terminal, one line each in a log. */
import type { Archive } from "../plan/source.ts";
import type { FetchEvent } from "../sources/fetch.ts";
import type { RunContext } from "./context.ts";

const MIB = 2 ** 20;

export function fetchProgress(
  context: RunContext,
  archives: readonly Archive[],
): { onEvent: (event: FetchEvent) => void; end: () => void } {
  const { log, progress } = context;
  const received = new Map<string, number>();
  const total = archives.reduce((sum, { size }) => sum + size, 0);
  const lines = (): string[] => {
    const here = [...received.values()].reduce((sum, bytes) => sum + bytes, 0);
    const running = archives.filter(({ file, size }) => (received.get(file) ?? size) < size);
    return [
      `${mib(here)} of ${mib(total)} MiB`,
      ...running.map(({ file, size }) => `${file} ${mib(received.get(file) ?? 0)} of ${mib(size)} MiB`),
    ];
  };
  const show = (): void => progress.begin("download-sources", lines);
  show();
  const say = (message: string): void => {
    log.info(message);
    show();
  };
  const onEvent = (event: FetchEvent): void => {
    const { file, size } = event.archive;
    switch (event.kind) {
      case "progress":
        received.set(file, event.received);
        break;
      case "cached":
        received.set(file, size);
        say(`Have ${file} (verified)`);
        break;
      case "fetched":
        received.set(file, size);
        say(`Fetched ${file} from ${event.origin}`);
        break;
      case "waiting":
        say(`Waiting for another bq2 that fetches ${file}`);
        break;
      case "retry":
        log.warn(`${file}: ${event.reason}; again in ${event.seconds} s (${event.origin})`);
        break;
      case "refused":
        log.warn(`${file}: not from ${event.origin}: ${event.reason}`);
        break;
      case "damaged":
        log.warn(`${file}: ${event.path} is no good: ${event.reason}`);
        break;
    }
  };
  return { onEvent, end: () => progress.end() };
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
