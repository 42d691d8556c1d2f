/** What a session's operations share: the files, how a client's paths are meant, and what is open. */

import { type Files, SystemError } from "../../platform/platform.ts";
import { type AppletContext, absolutePath } from "../applet.ts";
import { Handles } from "./handles.ts";
import { MAX_DATA } from "./protocol.ts";

export class Session {
  readonly files: Files;
  readonly handles: Handles;
  /** For the data of one reply: every reply is written before the next is made. */
  readonly buffer: Uint8Array = new Uint8Array(MAX_DATA);
  readonly #context: AppletContext;

  constructor(context: AppletContext) {
    this.#context = context;
    this.files = context.platform.files;
    this.handles = new Handles(this.files);
  }

  /** A client's path, which begins in the folder that the session began in. An empty one names nothing. */
  path(path: string): string {
    if (path === "") throw new SystemError("find", '""', "ENOENT");
    return absolutePath(this.#context, path);
  }

  nowSeconds(): number {
    return this.#context.platform.clock.nowMicroseconds() / 1e6;
  }
}
