/** {@link Fetcher} over plain sockets: HTTP without TLS, for the image. Follows redirects, uses proxies. */
import { FETCH_LIMITS, type FetchLimits, notTooSlow } from "../platform/fetch-limits.ts";
import { type FetchAnswer, FetchError, type Fetcher, isSecureAddress } from "../platform/network.ts";
import { headerOf } from "./http.ts";
import { type HttpWorld, httpExchange } from "./http-client.ts";
import { formatUrl, type HttpUrl, parseUrl, resolveUrl } from "./url.ts";

const MOST_REDIRECTS = 10; // mirrors and release pages take one to three
export const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]; // RFC 9110, 15.4

export function httpFetcher(world: HttpWorld, limits: FetchLimits = FETCH_LIMITS): Fetcher {
  return {
    async get(start, headers) {
      let url = parseUrl(start);
      if (url === undefined) throw new FetchError(`${start} is not an http(s) address`, "bad-url");
      let isSecure = true;
      for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
        const { answer, next } = await getOnce(world, url, headers, limits);
        isSecure &&= answer.isSecure;
        if (next === undefined) return { ...answer, isSecure };
        answer.cancel();
        url = next;
      }
      throw new FetchError(
        `more than ${MOST_REDIRECTS} redirects, the last to ${formatUrl(url)}`,
        "bad-redirect",
      );
    },
    close: async () => {},
  };
}

async function getOnce(
  world: HttpWorld,
  url: HttpUrl,
  headers: { readonly [name: string]: string },
  limits: FetchLimits,
): Promise<{ readonly answer: FetchAnswer; readonly next: HttpUrl | undefined }> {
  const all = { "accept-encoding": "identity", "user-agent": "bq2", ...headers };
  const request = { url, method: "GET", headers: Object.entries(all), body: new Uint8Array() };
  const {
    status,
    headers: found,
    body,
    cancel,
  } = await httpExchange(world, request, {
    ...limits,
    deadline: Number.POSITIVE_INFINITY,
  });
  const answer: FetchAnswer = {
    status,
    url: formatUrl(url),
    isSecure: isSecureAddress(formatUrl(url)),
    header: (name) => headerOf(found, name),
    body: notTooSlow(body, url.host, limits, world.platform.clock.monotonicSeconds),
    cancel,
  };
  const location = headerOf(found, "location");
  if (!REDIRECTS.includes(status) || location === undefined) return { answer, next: undefined };
  const next = resolveUrl(url, location);
  if (next !== undefined) return { answer, next };
  cancel();
  throw new FetchError(`redirect to ${location}, not an http(s) address`, "bad-redirect");
}
