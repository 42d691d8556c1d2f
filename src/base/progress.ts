/** Shows what is under way; a terminal draws it, a log file does not. */
export interface Progress {
  /**
   * Something began; `detail` gives lines that say how far it is, asked for again and again. Several may be under way at
   * once. The returned function says that it is over.
   */
  begin(title: string, detail: () => readonly string[]): () => void;
  /** Makes room for other output; what is under way is drawn again behind it. */
  clear(): void;
}

/** For a log file, where log lines are enough. */
export const SILENT_PROGRESS: Progress = { begin: () => () => {}, clear: () => {} };
