import { assert, test } from "../base/testing.ts";
import { makeFolders } from "../platform/files.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { pathInRoot } from "./root-path.ts";

function filesWith(links: { readonly [path: string]: string }) {
  const { files } = memoryPlatform();
  makeFolders(files, "/root/etc");
  makeFolders(files, "/etc/secret");
  for (const [path, target] of Object.entries(links)) files.symlink(target, path);
  return files;
}

test("links lead where they would lead within the root, never out of it", () => {
  const files = filesWith({
    "/root/absolute": "/etc",
    "/root/up": "../../../../etc",
    "/root/chain": "absolute/x/../y",
    "/root/dangling": "nowhere/at/all",
  });
  const at = (path: string): string => pathInRoot(files, "/root", path);
  assert.equal(at("/absolute"), "/root/etc");
  assert.equal(at("/absolute/secret"), "/root/etc/secret");
  assert.equal(at("up"), "/root/etc");
  assert.equal(at("/chain"), "/root/etc/y");
  assert.equal(at("/dangling/z"), "/root/nowhere/at/all/z");
  assert.equal(at("/../.."), "/root");
  assert.equal(at("/"), "/root");
});

test("a loop of links is an error", () => {
  const files = filesWith({ "/root/a": "b", "/root/b": "a" });
  assert.throws(() => pathInRoot(files, "/root", "/a/x"), /too many symbolic links/);
});
