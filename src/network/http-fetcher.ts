/** {@link Fetcher} over plain sockets: HTTP without TLS, for the image. Follows redirects, asks proxies. */
import { type FetchAnswer, FetchError, type Fetcher } from "../platform/platform.ts";
import { headerOf } from "./http.ts";
import { type HttpLimits, type HttpWorld, httpExchange } from "./http-client.ts";
import { formatUrl, type HttpUrl, parseUrl, resolveUrl } from "./url.ts";

const MOST_REDIRECTS = 10; // mirrors and release pages take one to three
export const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]; // RFC 9110, 15.4

const LIMITS: HttpLimits = { connectSeconds: 20, idleSeconds: 60, deadline: Number.POSITIVE_INFINITY };

export function httpFetcher(world: HttpWorld): Fetcher {
  return {
    async get(start, headers) {
      let url = parseUrl(start);
      if (url === undefined) throw new FetchError(`${start} is not an http(s) address`, "bad-url");
      for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
        const { answer, next } = await getOnce(world, url, headers);
        if (next === undefined) return answer;
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
): Promise<{ readonly answer: FetchAnswer; readonly next: HttpUrl | undefined }> {
  const all = { "accept-encoding": "identity", "user-agent": "bq2", ...headers };
  const request = { url, method: "GET", headers: Object.entries(all), body: new Uint8Array() };
  const { status, headers: found, body, cancel } = await httpExchange(world, request, LIMITS);
  const answer: FetchAnswer = {
    status,
    url: formatUrl(url),
    header: (name) => headerOf(found, name),
    body,
    cancel,
  };
  const location = headerOf(found, "location");
  if (!REDIRECTS.includes(status) || location === undefined) return { answer, next: undefined };
  const next = resolveUrl(url, location);
  if (next !== undefined) return { answer, next };
  cancel();
  throw new FetchError(`redirect to ${location}, not an http(s) address`, "bad-redirect");
}
