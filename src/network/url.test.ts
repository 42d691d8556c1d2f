import { assert, test } from "../base/testing.ts";
import { proxyFor } from "./proxy.ts";
import { formatUrl, type HttpUrl, parseUrl, resolveUrl } from "./url.ts";

function parsed(text: string): HttpUrl {
  const url = parseUrl(text);
  assert.ok(url, text);
  return url;
}

test("URLs are parsed and formatted", () => {
  assert.equal(parsed("HTTP://User:pw@Example.org:8080/a%20b?c=d#e"), {
    scheme: "http",
    host: "example.org",
    port: 8080,
    target: "/a%20b?c=d",
  });
  assert.equal(formatUrl(parsed("http://x:80?q")), "http://x/?q");
  assert.equal(formatUrl(parsed("https://x:80/")), "https://x:80/");
  for (const bad of [
    "",
    "x",
    "http://",
    "ftp://x/",
    "http://x:0/",
    "http://x:99999/",
    "http://a b/",
    "http://x/a\r\nb",
    "http:///x",
  ]) {
    assert.equal(parseUrl(bad), undefined, bad);
  }
});

test("references are resolved (examples of RFC 3986, 5.4)", () => {
  const base = parsed("http://a/b/c/d;p?q");
  const examples = {
    g: "/b/c/g",
    "./g": "/b/c/g",
    "g/": "/b/c/g/",
    "/g": "/g",
    "?y": "/b/c/d;p?y",
    "g?y": "/b/c/g?y",
    "#s": "/b/c/d;p?q",
    "g#s": "/b/c/g",
    "": "/b/c/d;p?q",
    ".": "/b/c/",
    "..": "/b/",
    "../g": "/b/g",
    "../../../g": "/g",
    "g;x=1/../y": "/b/c/y",
    "g?y/../x": "/b/c/g?y/../x",
  };
  for (const [reference, target] of Object.entries(examples)) {
    assert.equal(resolveUrl(base, reference)?.target, target, reference);
  }
  assert.equal(resolveUrl(base, "//h:1/g")?.port, 1);
  assert.equal(resolveUrl(base, "https://h/")?.scheme, "https");
  assert.equal(resolveUrl(base, "mailto:x@y"), undefined);
});

test("the environment's proxy is used, except for exempt hosts", () => {
  const url = parsed("http://mirror.example.org/");
  assert.equal(proxyFor(url, {}), undefined);
  assert.equal(proxyFor(url, { http_proxy: "p:3128" })?.port, 3128);
  assert.equal(proxyFor(url, { HTTP_PROXY: "p:3128" }), undefined);
  for (const no_proxy of ["*", "example.org", ".example.org", "x, mirror.example.org:80"]) {
    assert.equal(proxyFor(url, { http_proxy: "p:3128", no_proxy }), undefined, no_proxy);
  }
  assert.ok(proxyFor(url, { http_proxy: "p:3128", no_proxy: "ample.org" }));
});
