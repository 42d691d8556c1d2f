/**
 * Sockets, and HTTP for downloads. These are not a part of `Platform`, because few commands need them: a
 * command gets them beside it.
 */
import { Bq2Error } from "../base/error.ts";

/** A TCP connection. An operation that waits longer than `seconds` throws {@link SystemError} `ETIMEDOUT`. */
export interface Connection {
  /** The next received bytes; `undefined` at the end. */
  read(seconds: number): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array, seconds: number): Promise<void>;
  close(): void;
}

/**
 * Connections and questions, for clients. Addresses are IPv4 or IPv6; `network/resolve.ts` resolves names.
 */
export interface Network {
  /** @throws {@link SystemError}, such as `ECONNREFUSED` or `ETIMEDOUT`. */
  connect(address: string, port: number, seconds: number): Promise<Connection>;
  /** Sends one UDP datagram and returns the first answer, or `undefined` if none arrives in time. */
  ask(address: string, port: number, datagram: Uint8Array, seconds: number): Promise<Uint8Array | undefined>;
}

/**
 * Where a socket is: an address and a TCP or UDP port, or the path of a Unix socket. A socket at `::` also
 * takes IPv4.
 */
export type Endpoint = { readonly address: string; readonly port: number } | { readonly path: string };

/** A socket that accepts connections. */
export interface Listener {
  /** With the port that the kernel has chosen if 0 was wanted. */
  readonly at: Endpoint;
  /** The next connection; `undefined` once the listener is closed. One caller at a time. */
  accept(): Promise<Connection | undefined>;
  /** Open connections stay open. The file of a Unix socket is removed. */
  close(): void;
}

export interface Datagram {
  readonly bytes: Uint8Array;
  /** The sender. */
  readonly address: string;
  readonly port: number;
}

/** A UDP socket for any number of datagrams to and from anyone. */
export interface DatagramSocket {
  readonly port: number;
  /** @throws {@link SystemError}, such as `EMSGSIZE` or `ENETUNREACH`. */
  send(datagram: Datagram): Promise<void>;
  /** The next datagram, or `undefined` if none arrives in time. One caller at a time. */
  receive(seconds: number): Promise<Datagram | undefined>;
  close(): void;
}

/** Everything that servers need, too. */
export interface Sockets extends Network {
  /** Connects to a Unix stream socket. @throws {@link SystemError}, such as `ENOENT` or `ECONNREFUSED`. */
  connectPath(path: string, seconds: number): Promise<Connection>;
  /** @throws {@link SystemError}, such as `EADDRINUSE` or `EACCES`. */
  listen(at: Endpoint): Promise<Listener>;
  /** `address` is the machine's own, `0.0.0.0` or `::`; port 0 lets the kernel choose. */
  openDatagrams(address: string, port: number): Promise<DatagramSocket>;
}

/** The answer to a GET, before its body is read. */
export interface FetchAnswer {
  /** HTTP status after redirects: 200, 206, 404, … */
  readonly status: number;
  /** The final URL after redirects. */
  readonly url: string;
  /** Whether nobody in between could change it: every URL on the way satisfies {@link isSecureAddress}. */
  readonly isSecure: boolean;
  /** A header's value by its lower-case name, or `undefined`. */
  header(name: string): string | undefined;
  /**
   * The body as it arrives; a cut connection throws {@link FetchError}. Ending the loop early drops the rest.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** Drops the connection, for a caller that does not want the body. */
  cancel(): void;
}

/** Whether `url` uses TLS or stays within this machine (W3C, Secure Contexts, 3.1). */
export function isSecureAddress(url: string): boolean {
  return /^https:\/\/|^http:\/\/(localhost|127\.[0-9.]+|\[::1\])([:/?#]|$)/i.test(url);
}

/**
 * HTTP for downloads. Implementations: `platform/node/fetch.ts` (the host) and `network/http-fetcher.ts` (the
 * image, no TLS).
 */
export interface Fetcher {
  /** @throws {@link FetchError} if there is no answer. An HTTP status is an answer, not an error. */
  get(url: string, headers: { readonly [name: string]: string }): Promise<FetchAnswer>;
  /** Closes open connections, so that the process can end. */
  close(): Promise<void>;
}

export type FetchFailure =
  | "unknown-host"
  | "unreachable"
  | "timed-out"
  | "cut-connection"
  | "bad-answer"
  | "bad-redirect"
  | "bad-url";

/** A GET without an answer or without the whole of it; `code` says why. */
export class FetchError extends Bq2Error {
  declare readonly code: FetchFailure;

  constructor(message: string, code: FetchFailure, cause?: unknown) {
    super(message, { code, cause });
    this.name = "FetchError";
  }
}
