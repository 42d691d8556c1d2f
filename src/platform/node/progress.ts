/** Progress on a terminal: running work, its time, and a few lines of detail, redrawn in place. */
import { createLogUpdate } from "log-update";
import type { Progress } from "../../base/progress.ts";

const REDRAW_MILLISECONDS = 200;

interface Entry {
  readonly title: string;
  readonly detail: () => readonly string[];
  /** In milliseconds. */
  readonly start: number;
}

/**
 * Draws running work on standard error, oldest first. Nothing stays on the screen when all work has ended.
 */
export function terminalProgress(): Progress {
  const draw = createLogUpdate(process.stderr);
  const entries = new Set<Entry>();
  let timer: NodeJS.Timeout | undefined;
  return {
    begin(title, detail) {
      const entry = { title, detail, start: performance.now() };
      entries.add(entry);
      timer ??= setInterval(
        () => draw([...entries].flatMap(linesOf).join("\n")),
        REDRAW_MILLISECONDS,
      ).unref();
      return () => {
        if (!entries.delete(entry)) return;
        draw.clear();
        if (entries.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    clear: () => {
      if (entries.size > 0) draw.clear();
    },
  };
}

function linesOf({ title, detail, start }: Entry): string[] {
  const seconds = Math.floor((performance.now() - start) / 1000);
  const width = process.stderr.columns || 80; // 0 if a terminal does not know its size
  const lines = detail().map((line) => `  ${line}`.replaceAll(/[^\x20-\x7e]/g, " ").slice(0, width - 1));
  return [`${title}  ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`, ...lines];
}
