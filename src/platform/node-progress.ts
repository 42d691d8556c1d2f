/** Progress on a terminal: what runs, for how long, and a few lines of how far it is, redrawn in place. */
import { createLogUpdate } from "log-update";

const REDRAW_MILLISECONDS = 200;

export interface TerminalProgress {
  begin(title: string, detail: () => readonly string[]): void;
  end(): void;
}

/** Draws on standard error. Nothing stays on the screen after `end`. */
export function terminalProgress(): TerminalProgress {
  const draw = createLogUpdate(process.stderr);
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    draw.clear();
  };
  return {
    begin(title, detail) {
      end();
      const start = performance.now();
      timer = setInterval(() => {
        const seconds = Math.floor((performance.now() - start) / 1000);
        const width = process.stderr.columns || 80; // 0 where a terminal does not know its size
        const lines = detail().map((line) =>
          `  ${line}`.replaceAll(/[^\x20-\x7e]/g, " ").slice(0, width - 1),
        );
        draw(
          [`${title}  ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`, ...lines].join(
            "\n",
          ),
        );
      }, REDRAW_MILLISECONDS);
      timer.unref();
    },
    end,
  };
}
