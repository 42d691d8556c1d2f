/** One HTTP/1.1 exchange: a request over its own connection, and the answer's body as it arrives. No TLS. */
import { describeError, errorCode } from "../base/error.ts";
import { type Connection, FetchError, type Network } from "../platform/network.ts";
import type { Platform } from "../platform/platform.ts";
import {
  type Header,
  HttpSyntaxError,
  headerOf,
  type ResponseHead,
  ResponseReader,
  requestBytes,
} from "./http.ts";
import { proxyFor } from "./proxy.ts";
import { resolveHost } from "./resolve.ts";
import { authorityOf, formatUrl, type HttpUrl } from "./url.ts";

export interface HttpRequest {
  readonly url: HttpUrl;
  readonly method: string;
  /** Host and Connection are added. */
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

export interface HttpLimits {
  readonly connectSeconds: number;
  /** Longest silence. */
  readonly idleSeconds: number;
  /** Longest time until the whole head has arrived; by default only the deadline limits it. */
  readonly headSeconds?: number;
  /** On the monotonic clock: the exchange must be complete by then. */
  readonly deadline: number;
}

export interface HttpAnswer extends ResponseHead {
  /** Can be read once. Throws {@link FetchError} if it is cut short. */
  readonly body: AsyncIterable<Uint8Array>;
  cancel(): void;
}

export interface HttpWorld {
  readonly platform: Pick<Platform, "files" | "clock" | "host">;
  readonly network: Network;
}

/** @throws FetchError */
export async function httpExchange(
  world: HttpWorld,
  request: HttpRequest,
  limits: HttpLimits,
): Promise<HttpAnswer> {
  const { url } = request;
  if (url.scheme === "https") {
    throw new FetchError(`${formatUrl(url)} is https, and this program has no TLS`, "bad-url");
  }
  const proxy = proxyFor(url, world.platform.host.env);
  const peer = proxy ?? url;
  const connection = await connect(world, peer, limits);
  const talk = new Talk(world, connection, peer.host, limits);
  try {
    const own: Header[] = [["Host", authorityOf(url)]];
    const given = (name: string): boolean => headerOf(request.headers, name) !== undefined;
    const headers = [
      ...own.filter(([name]) => !given(name)),
      ...request.headers,
      ["Connection", "close"] as const,
    ];
    const target = proxy === undefined ? url.target : formatUrl(url);
    await talk.write(requestBytes({ method: request.method, target, headers }, request.body));
    return await talk.answer(request.method);
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function connect(world: HttpWorld, peer: HttpUrl, limits: HttpLimits): Promise<Connection> {
  const addresses = await resolveHost(world.platform, world.network, peer.host);
  let failure: unknown;
  for (const address of addresses) {
    const seconds = Math.min(
      limits.connectSeconds,
      limits.deadline - world.platform.clock.monotonicSeconds(),
    );
    try {
      return await world.network.connect(address, peer.port, seconds);
    } catch (error) {
      failure = error;
    }
  }
  const isLate = errorCode(failure) === "ETIMEDOUT";
  throw new FetchError(
    isLate
      ? `${authorityOf(peer)} does not answer`
      : `cannot reach ${authorityOf(peer)} (${describeError(failure)})`,
    isLate ? "timed-out" : "unreachable",
    failure,
  );
}

/** Both directions of one connection. Failures become {@link FetchError}. */
class Talk {
  readonly #world: HttpWorld;
  readonly #connection: Connection;
  readonly #host: string;
  readonly #limits: HttpLimits;

  constructor(world: HttpWorld, connection: Connection, host: string, limits: HttpLimits) {
    this.#world = world;
    this.#connection = connection;
    this.#host = host;
    this.#limits = limits;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#connection.write(bytes, this.#seconds());
    } catch (error) {
      // The server may have answered and closed without reading everything: the answer says so.
      if (errorCode(error) === "ETIMEDOUT") throw this.#failure(error);
    }
  }

  async answer(method: string): Promise<HttpAnswer> {
    const reader = new ResponseReader(method);
    const first: Uint8Array[] = [];
    const { headSeconds = Number.POSITIVE_INFINITY } = this.#limits;
    const deadline = this.#world.platform.clock.monotonicSeconds() + headSeconds;
    while (reader.head === undefined) {
      const chunk = await this.#read(deadline);
      if (chunk === undefined)
        throw new FetchError(`${this.#host} closed the connection without an answer`, "cut-connection");
      first.push(...this.#parse(reader, chunk));
    }
    const connection = this.#connection;
    return { ...reader.head, body: this.#body(reader, first), cancel: () => connection.close() };
  }

  async *#body(reader: ResponseReader, first: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      while (!reader.isDone) {
        const chunk = await this.#read();
        if (chunk !== undefined) yield* this.#parse(reader, chunk);
        else if (reader.missing === 0) return;
        else throw this.#cutShort(reader.missing);
      }
    } finally {
      this.#connection.close();
    }
  }

  #cutShort(missing: number | undefined): FetchError {
    const what = missing === undefined ? "in the middle of the body" : `with ${missing} bytes missing`;
    return new FetchError(`${this.#host} cut the connection ${what}`, "cut-connection");
  }

  async #read(deadline = Number.POSITIVE_INFINITY): Promise<Uint8Array | undefined> {
    try {
      return await this.#connection.read(this.#seconds(deadline));
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #seconds(deadline = Number.POSITIVE_INFINITY): number {
    const left = Math.min(deadline, this.#limits.deadline) - this.#world.platform.clock.monotonicSeconds();
    if (left <= 0) throw new FetchError("the time limit has passed", "timed-out");
    return Math.min(this.#limits.idleSeconds, left);
  }

  #parse(reader: ResponseReader, chunk: Uint8Array): Uint8Array[] {
    try {
      return reader.push(chunk);
    } catch (error) {
      if (!(error instanceof HttpSyntaxError)) throw error;
      throw new FetchError(`cannot understand ${this.#host}: ${error.message}`, "bad-answer", error);
    }
  }

  #failure(error: unknown): FetchError {
    if (error instanceof FetchError) return error;
    if (errorCode(error) === "ETIMEDOUT") {
      return new FetchError(`no bytes from ${this.#host} for too long`, "timed-out", error);
    }
    return new FetchError(
      `${this.#host} cut the connection (${describeError(error)})`,
      "cut-connection",
      error,
    );
  }
}
