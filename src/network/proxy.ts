/** Which proxy the environment names for an address: `http_proxy` and `no_proxy`, as curl reads them. */
import { type HttpUrl, parseUrl } from "./url.ts";

type Environment = { readonly [name: string]: string };

/**
 * The proxy for `url`, or undefined to connect directly. `HTTP_PROXY` does not count: a program that a web
 * server starts finds the client's header `Proxy:` there (https://httpoxy.org).
 */
export function proxyFor(url: HttpUrl, env: Environment): HttpUrl | undefined {
  const named = env.http_proxy ?? env.all_proxy ?? env.ALL_PROXY ?? "";
  if (named === "" || isExempt(url.host, env.no_proxy ?? env.NO_PROXY ?? "")) return undefined;
  return parseUrl(/^[a-z]+:\/\//i.test(named) ? named : `http://${named}`);
}

/** `example.org` matches that host and its subdomains; `*` matches every host. */
function isExempt(host: string, list: string): boolean {
  return list.split(/[\s,]+/).some((entry) => {
    const name = entry.replace(/^\./, "").replace(/:\d+$/, "").toLowerCase();
    return name !== "" && (name === "*" || host === name || host.endsWith(`.${name}`));
  });
}
