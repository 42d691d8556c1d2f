/** For tests only: an HTTP server on 127.0.0.1 that serves bytes well or badly, depending on the path. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface TestServer {
  readonly base: string;
  /** Every request so far: path and Range header. */
  readonly requests: { readonly path: string; readonly range: string | undefined }[];
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export async function startServer(handlers: { readonly [path: string]: Handler }): Promise<TestServer> {
  const requests: { path: string; range: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push({ path, range: request.headers.range });
    const handler = handlers[path];
    if (handler === undefined) response.writeHead(404).end("not here");
    else handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const ETAG = '"one"';

/** Serves the bytes as a good server does, with Range and ETag. */
export function serve(bytes: Uint8Array): Handler {
  return (request, response) => {
    const start = startOf(request);
    const headers = { etag: ETAG, "content-type": "application/octet-stream" };
    const body = bytes.subarray(start);
    if (start === 0) response.writeHead(200, { ...headers, "content-length": body.length });
    else
      response.writeHead(206, {
        ...headers,
        "content-length": body.length,
        "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
      });
    response.end(body);
  };
}

function startOf(request: IncomingMessage): number {
  const condition = request.headers["if-range"];
  if (condition !== undefined && condition !== ETAG) return 0;
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
}

/** Announces all bytes, sends the first `sent` and cuts the connection; later requests go to `then`. */
export function cutAfter(bytes: Uint8Array, sent: number, then: Handler): Handler {
  let cut = false;
  return (request, response) => {
    if (cut) return then(request, response);
    cut = true;
    response.writeHead(200, { "content-length": bytes.length, etag: ETAG });
    response.write(bytes.subarray(0, sent), () => setTimeout(() => response.destroy(), 50));
  };
}

/** Ignores Range and always sends the whole. */
export function serveWhole(bytes: Uint8Array): Handler {
  return (_request, response) => void response.writeHead(200, { "content-length": bytes.length }).end(bytes);
}

/** Answers the first `times` requests with this status; later ones go to `then`. */
export function failing(status: number, times: number, then: Handler): Handler {
  let left = times;
  return (request, response) => {
    if (left-- > 0) response.writeHead(status).end();
    else then(request, response);
  };
}
