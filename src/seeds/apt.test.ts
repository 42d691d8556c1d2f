import { assert, test } from "../base/testing.ts";
import { aptConfiguration, parsePrintedUris } from "./apt.ts";

const DIGEST = "ab".repeat(32);

test("apt's list of packages: decoded epochs and plus signs, pool paths as origins, sorted names", () => {
  const output = [
    "NOTE: something else",
    `'http://m.test/debian/pool/main/z/zlib/zlib1g_1.2.13.dfsg-1_amd64.deb' zlib1g_1%3a1.2.13.dfsg-1_amd64.deb 86684 SHA256:${DIGEST}`,
    `'http://m.test/debian/pool/main/g/gcc-12/gcc-12-base_12.2.0-14%2bdeb12u1_amd64.deb' gcc-12-base_12.2.0-14+deb12u1_amd64.deb 37596 SHA256:${DIGEST}`,
    "",
  ].join("\n");
  assert.equal(parsePrintedUris(output), [
    {
      name: "gcc-12-base",
      version: "12.2.0-14+deb12u1",
      archive: {
        file: "gcc-12-base_12.2.0-14+deb12u1_amd64.deb",
        sha256: DIGEST,
        size: 37596,
        origins: [{ kind: "debian", pool: "main/g/gcc-12/gcc-12-base_12.2.0-14+deb12u1_amd64.deb" }],
      },
    },
    {
      name: "zlib1g",
      version: "1:1.2.13.dfsg-1",
      archive: {
        file: "zlib1g_1.2.13.dfsg-1_amd64.deb",
        sha256: DIGEST,
        size: 86684,
        origins: [{ kind: "debian", pool: "main/z/zlib/zlib1g_1.2.13.dfsg-1_amd64.deb" }],
      },
    },
  ]);
});

test("a weak hash, a flat repository and a name that leads outside are refused", () => {
  const bad = [
    "'http://m.test/debian/pool/main/z/zlib1g_1_amd64.deb' zlib1g_1_amd64.deb 86684 MD5Sum:00112233445566778899aabbccddeeff",
    `'http://m.test/flat/zlib1g_1_amd64.deb' zlib1g_1_amd64.deb 86684 SHA256:${DIGEST}`,
    `'http://m.test/debian/pool/main/z/zlib1g_1_amd64.deb' ../zlib1g_1_amd64.deb 86684 SHA256:${DIGEST}`,
    `'http://m.test/debian/pool/main/z/..%2f..%2fpasswd%00' zlib1g_1_amd64.deb 86684 SHA256:${DIGEST}`,
  ];
  for (const line of bad) assert.throws(() => parsePrintedUris(line), /Cannot read apt's list/);
});

test("only network settings are taken from the host's configuration", () => {
  const dump = [
    'Acquire::http::Proxy "http://proxy.test:3142";',
    'Acquire::https::CaInfo "/etc/ssl/own.pem";',
    'Acquire::ForceIPv4 "true";',
    'Acquire::http "";',
    'Acquire::AllowInsecureRepositories "1";',
    'APT::Update::Post-Invoke-Success:: "rm -rf /";',
    'Acquire::http::Proxy-Auto-Detect "/usr/bin/x"; APT::Update::Pre-Invoke "y";',
  ].join("\n");
  const lines = aptConfiguration("/c/apt", "arm64", dump).split("\n");
  const ours = aptConfiguration("/c/apt", "arm64", "").split("\n");
  assert.equal(
    lines.filter((line) => !ours.includes(line)),
    dump.split("\n").slice(0, 3),
  );
  assert.ok(ours.includes('APT::Architectures { "arm64"; };'));
  assert.ok(ours.includes('Dir::State::status "/c/apt/status";'));
});
