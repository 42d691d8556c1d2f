/** Shows running work on a terminal; in a log file it shows nothing. */
export interface Progress {
  /**
   * Shows `title` until the returned function is called. `detail` is called repeatedly and returns lines that
   * say how far the work is. Several may be shown at once.
   */
  begin(title: string, detail: () => readonly string[]): () => void;
  /** Makes room for other output; running work is redrawn after it. */
  clear(): void;
}

/** For a log file, where the log lines are enough. */
export const SILENT_PROGRESS: Progress = { begin: () => () => {}, clear: () => {} };
