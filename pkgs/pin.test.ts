import { canonicalJson } from "../src/base/json.ts";
import { assert, test } from "../src/base/testing.ts";
import type { Archive, Pin } from "../src/plan/source.ts";
import { NPM_SOURCES } from "./bq2/package.ts";
import { PROFILES, phasesOf } from "./phases.ts";
import { debian, npm, pin, url } from "./pin.ts";

const about = { sha256: "0".repeat(64), size: 1 };

test("a new version changes the name of the archive and its origins, and nothing else", () => {
  const archive = (version: string): Archive => ({
    file: `zlib-${version}.tar.gz`,
    ...about,
    origins: [
      url(`https://example.org/zlib-${version}.tar.gz`),
      debian(`main/z/zlib/zlib_${version}.orig.tar.gz`),
      npm("zlib", version),
    ],
  });
  const text = canonicalJson(pin("zlib", "1.3.1", archive));
  assert.equal(text.replaceAll("1.3.1", "1.4"), canonicalJson(pin("zlib", "1.4", archive)));
});

test("every archive is named after its release, and so is each of its origins", () => {
  for (const { name, version, archives } of allPins()) {
    const debianForm = version.replaceAll("-", "."); // Debian allows no hyphen there
    for (const { file, origins } of archives) {
      assert.ok(file.startsWith(`${name}-${version}.`), file);
      for (const origin of origins) {
        const place = canonicalJson(origin);
        assert.ok(place.includes(version) || place.includes(debianForm), `${file}: ${place}`);
      }
    }
  }
});

test("a package that is built from a release has the version of that release", () => {
  for (const step of allSteps()) {
    if ("coordinator" in step || step.source === undefined) continue;
    assert.equal(step.version, step.source.version, step.name);
  }
});

function allSteps() {
  return PROFILES.flatMap((profile) => phasesOf(profile, "debian-12").flatMap(({ steps }) => steps));
}

function allPins(): Pin[] {
  const pins = allSteps().flatMap((step) =>
    "coordinator" in step
      ? []
      : [...(step.source === undefined ? [] : [step.source]), ...(step.extraSources ?? [])],
  );
  return [...pins, ...NPM_SOURCES.map((source) => source.pin)];
}
