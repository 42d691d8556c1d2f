/** Waiting for keys, and lines of text typed on the console. */
import { monotonicSeconds } from "./clock.ts";
import { sleep } from "./loop.ts";
import { type Key, readKey, write } from "./text-console.ts";

const POLL_SECONDS = 0.01;

/** The next key; undefined if none is pressed within `seconds`. */
export async function waitForKey(seconds = Number.POSITIVE_INFINITY): Promise<Key | undefined> {
  const end = monotonicSeconds() + seconds;
  for (;;) {
    const key = readKey();
    if (key !== undefined) return key;
    if (monotonicSeconds() >= end) return undefined;
    await sleep(POLL_SECONDS);
  }
}

const ENTER = "\r";
const BACKSPACE = "\b";
const CONTROL_C = "\x03";
const CONTROL_D = "\x04";

/**
 * A line typed after `prompt`, without its end; undefined after Escape, Control-C or Control-D. Backspace
 * deletes the last character. `initial` is there at the start, to be changed.
 */
export async function readLine(prompt: string, initial = ""): Promise<string | undefined> {
  write(`${prompt}${initial}`);
  let line = initial;
  for (;;) {
    const key = await waitForKey();
    if (key === undefined) continue;
    if (key.name === "escape" || key.text === CONTROL_C || key.text === CONTROL_D) {
      write("\n");
      return undefined;
    }
    if (key.text === ENTER) {
      write("\n");
      return line;
    }
    if (key.text === BACKSPACE) {
      if (line !== "") write("\b \b");
      line = line.slice(0, -1);
    } else if (key.text >= " ") {
      line += key.text;
      write(key.text);
    }
  }
}
