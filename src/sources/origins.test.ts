import { assert, test } from "../base/testing.ts";
import { encodeUtf8 } from "../base/text.ts";
import type { Origin } from "../plan/source.ts";
import { type MemoryOptions, type MemoryPlatform, memoryPlatform } from "../platform/memory/platform.ts";
import { aptSites, describeOrigin, originFileName, originResolver } from "./origins.ts";

const POOL: Origin = { kind: "debian", pool: "main/g/gmp/gmp_6.3.0+dfsg.orig.tar.xz" };
const NPM: Origin = { kind: "npm", package: "@scope/thing", version: "1.2.3" };

/** A machine whose apt answers `indextargets` with these lines, or with `fresh` before its first update. */
function machine(targets: string, fresh = "", env: MemoryOptions["host"] = {}): MemoryPlatform {
  const platform = memoryPlatform({ host: env });
  platform.programs.set("apt-get", (run) => {
    run.out(run.argv.includes("--no-release-info") ? fresh : targets);
    return 0;
  });
  return platform;
}

test("a pool path is looked up on apt's Debian mirrors, each once, security last", async () => {
  const lines = [
    "http://mirror.test/debian-security\tDebian\tDebian-Security",
    "http://mirror.test/debian\tDebian\tDebian",
    "http://mirror.test/debian/\tDebian\tDebian",
    "https://other.test/tools\tSomeone\tTools",
  ];
  const platform = machine(`${lines.join("\n")}\n`);
  const path = "pool/main/g/gmp/gmp_6.3.0%2Bdfsg.orig.tar.xz";
  assert.equal(await originResolver(platform).addressesOf(POOL), [
    `http://mirror.test/debian/${path}`,
    `http://mirror.test/debian-security/${path}`,
  ]);
  assert.equal(await aptSites(platform), ["http://mirror.test/debian"]);
});

test("before apt's first update, Debian's mirrors are recognized by address", async () => {
  const fresh =
    "http://mirror.test/debian\t$(ORIGIN)\t$(LABEL)\nhttp://mirror.test/ubuntu\t$(ORIGIN)\t$(LABEL)\n";
  assert.equal(await aptSites(machine("", fresh)), ["http://mirror.test/debian"]);
});

test("addresses are read from apt's mirror lists", async () => {
  const platform = machine("mirror+file:///etc/apt/mirrors/debian.list\tDebian\tDebian\n");
  for (const folder of ["/etc", "/etc/apt", "/etc/apt/mirrors"]) platform.files.makeFolder(folder);
  const list = "http://a.test/debian/\tpriority:1\n# a comment\nhttp://b.test/debian\n";
  platform.files.writeFile("/etc/apt/mirrors/debian.list", encodeUtf8(list));
  const addresses = await originResolver(platform).addressesOf(POOL);
  assert.equal(
    addresses.map((address) => address.slice(0, 13)),
    ["http://a.test", "http://b.test"],
  );
});

test("BQ2_DEBIAN_MIRROR replaces apt's mirrors", async () => {
  const platform = machine("http://mirror.test/debian\tDebian\tDebian\n", "", {
    env: { BQ2_DEBIAN_MIRROR: "http://own.test/debian/" },
  });
  assert.equal(await aptSites(platform), ["http://own.test/debian"]);
  const [address] = await originResolver(platform).addressesOf(POOL);
  assert.match(address ?? "", /^http:\/\/own\.test\/debian\/pool\/main\//);
});

test("without any mirror, the error says what to set", async () => {
  for (const platform of [memoryPlatform(), machine("http://mirror.test/ubuntu\tUbuntu\tUbuntu\n")]) {
    await assert.rejects(() => originResolver(platform).addressesOf(POOL), /no Debian mirror/);
    await assert.rejects(() => aptSites(platform), /no Debian mirror/);
  }
});

test("npm packages come from npm's configured registry, which is asked for once", async () => {
  const platform = memoryPlatform();
  let asked = 0;
  platform.programs.set("npm", (run) => {
    asked++;
    run.out("https://registry.test/npm/\n");
    return 0;
  });
  const resolver = originResolver(platform);
  const wanted = ["https://registry.test/npm/@scope/thing/-/thing-1.2.3.tgz"];
  assert.equal(await resolver.addressesOf(NPM), wanted);
  assert.equal(await resolver.addressesOf(NPM), wanted);
  assert.equal(asked, 1);
  const own = memoryPlatform({ host: { env: { BQ2_NPM_REGISTRY: "http://own.test" } } });
  assert.equal(await originResolver(own).addressesOf(NPM), [
    "http://own.test/@scope/thing/-/thing-1.2.3.tgz",
  ]);
  await assert.rejects(() => originResolver(memoryPlatform()).addressesOf(NPM), /npm is not installed/);
});

test("origins as text, and their file names", () => {
  assert.equal(describeOrigin(POOL), "debian:pool/main/g/gmp/gmp_6.3.0+dfsg.orig.tar.xz");
  assert.equal(describeOrigin(NPM), "npm:@scope/thing@1.2.3");
  assert.equal(originFileName(POOL), "gmp_6.3.0+dfsg.orig.tar.xz");
  assert.equal(originFileName(NPM), "thing-1.2.3.tgz");
  assert.equal(originFileName({ kind: "url", url: "https://a.test/x/y.tar" }), "y.tar");
});
