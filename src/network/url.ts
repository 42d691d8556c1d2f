/** The URLs that HTTP needs (RFC 3986). Not supported: IPv6 addresses, host names that are not ASCII. */

export interface HttpUrl {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** Path and query, as sent to the server. */
  readonly target: string;
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;
const ABSOLUTE = /^(https?):\/\/(?:[^/?#@]*@)?([A-Za-z0-9._-]+)(?::(\d{1,5}))?([/?#].*)?$/i;

/** Undefined if `text` is no HTTP URL: another scheme, no host, white space. A user name is ignored. */
export function parseUrl(text: string): HttpUrl | undefined {
  const found = ABSOLUTE.exec(text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they would end the request's line
  if (found === null || /[\x00-\x20\x7f]/.test(text)) return undefined;
  const [, schemeText = "", host = "", portText, rest = ""] = found;
  const scheme = schemeText.toLowerCase() as HttpUrl["scheme"];
  const port = portText === undefined ? DEFAULT_PORTS[scheme] : Number(portText);
  if (port === 0 || port > 65535) return undefined;
  const target = rest.replace(/#.*$/s, "");
  return { scheme, host: host.toLowerCase(), port, target: target.startsWith("/") ? target : `/${target}` };
}

/** Resolves a `reference` from an answer of `base` (RFC 3986, 5.2). */
export function resolveUrl(base: HttpUrl, reference: string): HttpUrl | undefined {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(reference)) return parseUrl(reference);
  if (reference.startsWith("//")) return parseUrl(`${base.scheme}:${reference}`);
  const [path = "", query = ""] = splitQuery(base.target);
  const [newPath = "", newQuery = ""] = splitQuery(reference.replace(/#.*$/s, ""));
  let target: string;
  if (newPath === "") target = path + (newQuery === "" ? query : newQuery);
  else if (newPath.startsWith("/")) target = withoutDots(newPath) + newQuery;
  else target = withoutDots(path.slice(0, path.lastIndexOf("/") + 1) + newPath) + newQuery;
  return parseUrl(`${base.scheme}://${base.host}:${base.port}${target}`);
}

function splitQuery(target: string): [path: string, query: string] {
  const at = target.indexOf("?");
  return at < 0 ? [target, ""] : [target.slice(0, at), target.slice(at)];
}

function withoutDots(path: string): string {
  const names: string[] = [];
  const parts = path.split("/").slice(1);
  for (const [i, name] of parts.entries()) {
    if (name === "..") names.pop();
    else if (name !== ".") names.push(name);
    if ((name === ".." || name === ".") && i === parts.length - 1) names.push("");
  }
  return `/${names.join("/")}`;
}

/** The Host header: `host`, or `host:port` if the port is not the scheme's default. */
export function authorityOf({ scheme, host, port }: HttpUrl): string {
  return port === DEFAULT_PORTS[scheme] ? host : `${host}:${port}`;
}

export function formatUrl(url: HttpUrl): string {
  return `${url.scheme}://${authorityOf(url)}${url.target}`;
}
