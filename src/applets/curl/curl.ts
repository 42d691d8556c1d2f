/**
 * `curl` for http: GET, HEAD and POST, redirects, resuming, proxies, retries. The options and exit codes are
 * curl's.
 *
 * Not here: TLS (the error for an https address says so), any other scheme, IPv6, cookies, authentication,
 * uploads, forms, compression, persistent connections, a progress meter.
 */
import { Bq2Error, describeError, errorCode } from "../../base/error.ts";
import { basename } from "../../base/path.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { type Header, headerOf } from "../../network/http.ts";
import { type HttpAnswer, httpExchange } from "../../network/http-client.ts";
import { REDIRECTS } from "../../network/http-fetcher.ts";
import { formatUrl, type HttpUrl, parseUrl, resolveUrl } from "../../network/url.ts";
import { FetchError, type FetchFailure } from "../../platform/network.ts";
import type { Platform } from "../../platform/platform.ts";
import { VERSION } from "../../version.ts";
import type { Applet, AppletContext } from "../applet.ts";
import { type CurlJob, type Destination, parseCurlArguments } from "./options.ts";
import { CurlOutput } from "./output.ts";

export const curl: Applet = {
  usage: `Usage: curl [OPTION]... URL...
Fetch http addresses (no https: this program has no TLS).

  -o, --output=FILE, -O, --remote-name   write to FILE, or to the last name in the address
      --output-dir=DIR, --create-dirs    write below DIR, and make missing directories
  -C, --continue-at=OFFSET   resume at OFFSET; - means the end of the file
  -f, --fail               for HTTP errors (400 and above), no output and exit code 22
  -L, --location           follow redirects (at most --max-redirs=N, by default 50)
  -I, --head               print headers only; -i, --include: headers too
  -X, --request=METHOD     use METHOD instead of GET or POST
  -d, --data=DATA          POST; @FILE means the contents of FILE; --data-binary, --data-raw
  -H, --header=LINE, -A, --user-agent=NAME, -e, --referer=URL, -r, --range=RANGE
  -w, --write-out=FORMAT   afterwards: %{http_code}, %{url_effective}, %{size_download}, %{redirect_url}, …
  -s, --silent, -S, --show-error
  -m, --max-time=SECONDS, --connect-timeout=SECONDS
      --retry=N, --retry-delay=SECONDS, --retry-connrefused, --retry-all-errors
  -x, --proxy=URL, --noproxy=LIST   instead of http_proxy and no_proxy

Exit codes: 0 success, 1 unsupported protocol, 2 wrong usage, 3 bad address, 6 unknown host, 7 no connection,
18 cut short, 22 HTTP error with -f, 23 cannot write, 28 timeout, 33 cannot resume, 47 too many redirects,
52 no answer.
`,
  failureCode: 2,

  async run(context, args) {
    const job = parseCurlArguments(context, args);
    let code = 0;
    for (const { text, to } of job.urls) code = await transfer(context, job, text, to);
    return code;
  },
};

/** An error that ends a transfer, with curl's exit code. */
class CurlError extends Bq2Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string, hint?: string) {
    super(message, { code: "curl", hint });
    this.exitCode = exitCode;
  }
}

const EXIT_CODES: { readonly [F in FetchFailure]: number } = {
  "unknown-host": 6,
  unreachable: 7,
  "timed-out": 28,
  "cut-connection": 18,
  "bad-answer": 1,
  "bad-redirect": 47,
  "bad-url": 3,
};

/** The values that `--write-out` can print. */
export interface Facts {
  url: string;
  status: number;
  size: number;
  redirects: number;
  redirectUrl: string;
  contentType: string;
  file: string;
  exitCode: number;
}

async function transfer(
  context: AppletContext,
  job: CurlJob,
  text: string,
  to: Destination,
): Promise<number> {
  const { host, files } = context.platform;
  const facts: Facts = {
    url: text,
    status: 0,
    size: 0,
    redirects: 0,
    redirectUrl: "",
    contentType: "",
    file: "",
    exitCode: 0,
  };
  try {
    await withRetries(context, job, facts, text, to);
  } catch (error) {
    facts.exitCode = exitCodeOf(error, facts);
    if (job.showsErrors) host.writeError(`curl: (${facts.exitCode}) ${describeError(error)}\n`);
  }
  if (job.writeOut !== "") files.write(context.stdout, encodeUtf8(formatFacts(job.writeOut, facts)), null);
  return facts.exitCode;
}

function exitCodeOf(error: unknown, facts: Facts): number {
  const WRITE_ERROR = 23;
  const NO_ANSWER = 52;
  if (error instanceof CurlError) return error.exitCode;
  if (!(error instanceof FetchError)) return errorCode(error) === "usage" ? 2 : WRITE_ERROR;
  return error.code === "cut-connection" && facts.status === 0 ? NO_ANSWER : EXIT_CODES[error.code];
}

const TRANSIENT_STATUS: readonly number[] = [408, 429, 500, 502, 503, 504]; // curl(1), --retry
const LONGEST_WAIT = 600;

async function withRetries(
  context: AppletContext,
  job: CurlJob,
  facts: Facts,
  text: string,
  to: Destination,
): Promise<void> {
  const { clock, host } = context.platform;
  for (let tries = 0; ; tries++) {
    let failure: unknown;
    try {
      await attempt(context, job, facts, text, to);
    } catch (error) {
      failure = error;
    }
    const isTransient =
      failure === undefined ? TRANSIENT_STATUS.includes(facts.status) : mayPass(job, failure, facts);
    if (tries >= job.retries || !isTransient) {
      if (failure !== undefined) throw failure;
      return;
    }
    const seconds = job.retrySeconds ?? Math.min(2 ** tries, LONGEST_WAIT);
    if (!job.isSilent) host.writeError(`curl: will try again in ${seconds} seconds\n`);
    await clock.sleep(seconds);
  }
}

function mayPass(job: CurlJob, error: unknown, facts: Facts): boolean {
  if (error instanceof CurlError) return TRANSIENT_STATUS.includes(facts.status) || job.retriesAll;
  if (!(error instanceof FetchError)) return false;
  if (error.code === "unreachable") return job.retriesRefused || job.retriesAll;
  return error.code === "timed-out" || job.retriesAll;
}

/** One try, with all redirects. */
async function attempt(
  context: AppletContext,
  job: CurlJob,
  facts: Facts,
  text: string,
  to: Destination,
): Promise<void> {
  Object.assign(facts, { status: 0, size: 0, redirects: 0, redirectUrl: "" });
  let url = checkedUrl(text.includes("://") ? text : `http://${text}`);
  const output = new CurlOutput(context, job, pathOf(job, url, to));
  facts.file = output.path ?? "";
  try {
    const deadline = context.platform.clock.monotonicSeconds() + job.maxSeconds;
    let { method, data } = firstMethod(job);
    for (;;) {
      facts.url = formatUrl(url);
      const answer = await ask(context, job, { url, method, data, from: output.start }, deadline);
      facts.status = answer.status;
      facts.contentType = headerOf(answer.headers, "content-type") ?? "";
      const location = REDIRECTS.includes(answer.status) ? headerOf(answer.headers, "location") : undefined;
      const next = location === undefined ? undefined : resolveUrl(url, location);
      facts.redirectUrl = next === undefined ? "" : formatUrl(next);
      if (!job.follows || location === undefined) {
        await receive(job, answer, output, facts);
        return;
      }
      answer.cancel();
      if (job.includesHead) output.write(encodeUtf8(answer.text));
      if (next?.scheme !== "http") throw unusableUrl(next === undefined ? location : formatUrl(next));
      if (facts.redirects === job.mostRedirects) {
        throw new CurlError(47, `Maximum (${job.mostRedirects}) redirects followed`);
      }
      facts.redirects += 1;
      ({ method, data } = nextMethod(job, answer.status, { method, data }));
      url = next;
    }
  } finally {
    output.close();
  }
}

function checkedUrl(text: string): HttpUrl {
  const url = parseUrl(text);
  if (url?.scheme !== "http") throw unusableUrl(text);
  return url;
}

function unusableUrl(text: string): CurlError {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "https") {
    const hint =
      "download it on a machine with TLS, or use a mirror with http; pinned archives are checked by sha256";
    return new CurlError(1, `Protocol "https" not supported: this program has no TLS`, hint);
  }
  if (scheme !== undefined && scheme !== "http")
    return new CurlError(1, `Protocol "${scheme}" not supported`);
  return new CurlError(3, `URL using bad/illegal format or missing URL: ${text}`);
}

function pathOf(job: CurlJob, url: HttpUrl, to: Destination): string | undefined {
  if (to === undefined || to !== "remote") return to?.path;
  const name = basename(url.target.replace(/\?.*$/s, ""));
  if (name !== "") return `${job.outputFolder}/${name}`;
  throw new CurlError(23, "Remote file name has no length!");
}

interface Sent {
  readonly method: string;
  readonly data: Uint8Array | undefined;
}

function firstMethod(job: CurlJob): Sent {
  const usual = job.isHead ? "HEAD" : job.data === undefined ? "GET" : "POST";
  return { method: job.method ?? usual, data: job.data };
}

/** After a redirect. 301, 302 and 303 turn POST into GET, as in every browser (RFC 9110, 15.4). */
function nextMethod(job: CurlJob, status: number, sent: Sent): Sent {
  const keeps = status === 307 || status === 308 || sent.method === "HEAD";
  if (keeps) return sent;
  return {
    method: job.method ?? (sent.method === "POST" || status === 303 ? "GET" : sent.method),
    data: undefined,
  };
}

/** Seconds. By default, curl waits forever. */
const NO_LIMIT = 1_000_000;

async function ask(
  context: AppletContext,
  job: CurlJob,
  request: Sent & { readonly url: HttpUrl; readonly from: number },
  deadline: number,
): Promise<HttpAnswer> {
  const { platform, network } = context;
  const own: Header[] = [
    ["User-Agent", `bq2/${VERSION}`],
    ["Accept", "*/*"],
  ];
  if (request.from > 0) own.push(["Range", `bytes=${request.from}-`]);
  if (request.data !== undefined) {
    own.push(["Content-Type", "application/x-www-form-urlencoded"]);
    own.push(["Content-Length", String(request.data.length)]);
  }
  const headers = [
    ...own.filter(([name]) => headerOf(job.headers, name) === undefined),
    ...job.headers.filter(([, value]) => value !== ""),
  ];
  const withProxies: Platform = { ...platform, host: { ...platform.host, env: job.proxyEnvironment } };
  const { url, method, data } = request;
  return httpExchange(
    { platform: withProxies, network },
    { url, method, headers, body: data ?? new Uint8Array() },
    { connectSeconds: job.connectSeconds, idleSeconds: NO_LIMIT, deadline },
  );
}

async function receive(job: CurlJob, answer: HttpAnswer, output: CurlOutput, facts: Facts): Promise<void> {
  const { status } = answer;
  try {
    if (job.failsOnError && status >= 400) {
      throw new CurlError(22, `The requested URL returned error: ${status}`);
    }
    if (job.includesHead) output.write(encodeUtf8(answer.text));
    if (output.start > 0 && !job.isHead) checkResumed(answer, output);
    for await (const chunk of answer.body) {
      facts.size += chunk.length;
      output.write(chunk);
    }
    output.finish();
  } finally {
    answer.cancel();
  }
}

/** Checks that the body starts where the file ends. */
function checkResumed(answer: HttpAnswer, output: CurlOutput): void {
  const range = headerOf(answer.headers, "content-range") ?? "";
  if (answer.status === 206 && range.startsWith(`bytes ${output.start}-`)) return;
  if (answer.status === 416 && range.trim() === `bytes */${output.start}`) {
    output.discard(); // the file is complete; the body is an error page
    return;
  }
  if (answer.status >= 400) throw new CurlError(22, `The requested URL returned error: ${answer.status}`);
  throw new CurlError(33, "HTTP server doesn't seem to support byte ranges. Cannot resume.");
}

function formatFacts(format: string, facts: Facts): string {
  const values: { readonly [name: string]: string | number } = {
    content_type: facts.contentType,
    exitcode: facts.exitCode,
    filename_effective: facts.file,
    http_code: String(facts.status).padStart(3, "0"),
    num_redirects: facts.redirects,
    redirect_url: facts.redirectUrl,
    response_code: String(facts.status).padStart(3, "0"),
    size_download: facts.size,
    url_effective: facts.url,
  };
  const ESCAPES: { readonly [letter: string]: string } = { n: "\n", r: "\r", t: "\t" };
  return format.replaceAll(/%\{([^}]*)\}|%%|\\([nrt])/g, (all, name?: string, letter?: string) => {
    if (letter !== undefined) return ESCAPES[letter] ?? all;
    return name === undefined ? "%" : String(values[name] ?? "");
  });
}
