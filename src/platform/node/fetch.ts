/**
 * {@link Fetcher} on Node, by undici: GET with streamed bodies, redirects, time-outs and the proxy
 * variables of the environment (`http_proxy`, `https_proxy`, `no_proxy`, in either case).
 *
 * Not here: retries, Range and digests (`sources/download.ts`), cookies, credentials, decompression
 * (bytes arrive as stored on the server).
 */
import type { Dispatcher } from "undici";
import { errorCode } from "../../base/error.ts";
import { FETCH_LIMITS, type FetchLimits, notTooSlow } from "../fetch-limits.ts";
import { type FetchAnswer, FetchError, type Fetcher, isSecureAddress } from "../network.ts";

export interface NodeFetchOptions {
  /** The environment with the proxy variables. */
  readonly env: { readonly [name: string]: string };
  /** For tests; the default is {@link FETCH_LIMITS}. */
  readonly limits?: Partial<FetchLimits>;
}

const MOST_REDIRECTS = 10; // mirrors and release pages take one to three
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]; // RFC 9110, 15.4

type Undici = typeof import("undici");

/** A fetcher for this process. It loads undici on first use, so that other commands start faster. */
export function nodeFetcher(options: NodeFetchOptions): Fetcher {
  const limits = { ...FETCH_LIMITS, ...options.limits };
  let opened: Promise<{ undici: Undici; agent: Dispatcher }> | undefined;
  const open = async () => {
    const undici = await import("undici");
    return { undici, agent: makeAgent(undici, options.env, limits) };
  };
  return {
    async get(url, headers) {
      opened ??= open();
      const { undici, agent } = await opened;
      return follow(url, (next) => request(undici, agent, next, headers, limits));
    },
    async close() {
      if (opened !== undefined) await (await opened).agent.destroy();
      opened = undefined;
    },
  };
}

function makeAgent(
  undici: Undici,
  env: NodeFetchOptions["env"],
  { connectSeconds, idleSeconds }: FetchLimits,
): Dispatcher {
  const variable = (name: string): string => env[name] ?? env[name.toUpperCase()] ?? "";
  return new undici.EnvHttpProxyAgent({
    httpProxy: variable("http_proxy"),
    httpsProxy: variable("https_proxy"),
    noProxy: variable("no_proxy"),
    connect: { timeout: connectSeconds * 1000 },
    headersTimeout: idleSeconds * 1000,
    bodyTimeout: idleSeconds * 1000,
  });
}

/** Follows redirects. */
async function follow(start: string, get: (url: URL) => Promise<FetchAnswer>): Promise<FetchAnswer> {
  let url = checkedUrl(start, undefined);
  let isSecure = true;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const answer = await get(url);
    isSecure &&= answer.isSecure;
    const location = answer.header("location");
    if (!REDIRECTS.includes(answer.status) || location === undefined) return { ...answer, isSecure };
    answer.cancel();
    url = checkedUrl(location, url);
  }
  throw new FetchError(`more than ${MOST_REDIRECTS} redirects, the last to ${url}`, "bad-redirect");
}

function checkedUrl(text: string, base: URL | undefined): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (url !== undefined && (url.protocol === "http:" || url.protocol === "https:")) return url;
  if (base !== undefined) throw new FetchError(`redirect to ${text}, not an http(s) address`, "bad-redirect");
  throw new FetchError(`${text} is not an http(s) address`, "bad-url");
}

async function request(
  undici: Undici,
  agent: Dispatcher,
  url: URL,
  headers: { readonly [name: string]: string },
  limits: FetchLimits,
): Promise<FetchAnswer> {
  let response: Dispatcher.ResponseData;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limits.headSeconds * 1000);
  try {
    response = await undici.request(url, {
      dispatcher: agent,
      signal: late.signal,
      headers: { "accept-encoding": "identity", "user-agent": "bq2", ...headers },
    });
  } catch (cause) {
    throw failure(cause, url);
  } finally {
    clearTimeout(timer);
  }
  // Destroying an unread body emits an error, which without a listener would end the process.
  response.body.on("error", () => undefined);
  return {
    status: response.statusCode,
    url: url.href,
    isSecure: isSecureAddress(url.href),
    header(name) {
      const value = response.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    body: notTooSlow(chunks(response.body, url), url.host, limits, () => performance.now() / 1000),
    cancel: () => response.body.destroy(),
  };
}

async function* chunks(body: AsyncIterable<Uint8Array>, url: URL): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw failure(cause, url);
  }
}

/** Translates the error codes of undici and the system; the message keeps their text. */
function failure(cause: unknown, url: URL): FetchError {
  const text = describe(cause);
  switch (errorCode(cause)) {
    case "UND_ERR_CONNECT_TIMEOUT":
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
    case "UND_ERR_ABORTED": // by `late`
    case "ETIMEDOUT":
      return new FetchError(`no bytes from ${url.host} for too long (${text})`, "timed-out", cause);
    case "UND_ERR_SOCKET":
    case "UND_ERR_RES_CONTENT_LENGTH_MISMATCH":
    case "ECONNRESET":
    case "EPIPE":
      return new FetchError(`${url.host} cut the connection (${text})`, "cut-connection", cause);
    case "ENOTFOUND": // EAI_AGAIN is the resolver's "try again"
      return new FetchError(`cannot find the host ${url.host} (${text})`, "unknown-host", cause);
    default:
      return new FetchError(`cannot reach ${url.host} (${text})`, "unreachable", cause);
  }
}

/** An AggregateError (all addresses of a name failed) has no message. */
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause instanceof AggregateError && cause.message === "") return cause.errors.map(describe).join(", ");
  return cause.message;
}
