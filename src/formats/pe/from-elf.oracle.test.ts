/** EFI applications made from what GCC links, judged by objdump and by Debian's python3-pefile. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { noise, run, withFolder } from "../../../tests/disk-file.ts";
import { requireFiles, requireTools } from "../../../tests/oracle.ts";
import { toHex } from "../../base/bytes.ts";
import { readStaticPie } from "../elf.ts";
import { contentOf } from "../tree.ts";
import { peFromElf } from "./from-elf.ts";
import { addPeSections } from "./sections.ts";

/** Debian's Python: another one before it on PATH would not see Debian's modules. */
const PYTHON = "/usr/bin/python3";

const isJudged =
  requireTools("x86_64-linux-gnu-gcc", "objdump") &&
  requireFiles(PYTHON, "/usr/lib/python3/dist-packages/pefile.py");

const SOURCE = `
static const char *const words[] = {"one", "two", "three"};
static int counter = 40, zeros[3000];
int efi_main(int index) { zeros[index] = counter++; return words[index % 3][0] + zeros[0]; }
`;
const FLAGS = [
  ...["-O1", "-ffreestanding", "-fpie", "-fcf-protection=none", "-fno-asynchronous-unwind-tables"],
  ...["-nostdlib", "-static", "-s", "-Wl,-pie,--no-dynamic-linker,--entry=efi_main,--build-id=none"],
  ...["-Wl,-z,separate-code,-z,norelro,-z,noexecstack"],
];

function link(folder: string, ...more: readonly string[]): Uint8Array {
  const [source, output] = [join(folder, "a.c"), join(folder, "a.elf")];
  writeFileSync(source, SOURCE);
  run("x86_64-linux-gnu-gcc", ...FLAGS, ...more, "-o", output, source);
  return readFileSync(output);
}

/** The application with a section added, in a file. */
function application(folder: string): string {
  const image = addPeSections(peFromElf(link(folder)), [
    { name: ".bq2", content: contentOf(noise(5000, 7)) },
  ]);
  const bytes = new Uint8Array(image.size);
  image.read(bytes, 0, bytes.length, 0);
  const path = join(folder, "a.efi");
  writeFileSync(path, bytes);
  return path;
}

describe.skipIf(!isJudged)("an application from a static PIE", () => {
  test("has headers, sections and relocations as objdump reads them", async () => {
    await withFolder((folder) => {
      const path = application(folder);
      expect(run("objdump", "-f", path)).toMatch(/pei-x86-64/);
      const private_ = run("objdump", "-p", path);
      expect(private_).toMatch(/Subsystem\s+0000000a\s+\(EFI application\)/);
      expect(private_.match(/reloc +\d+ offset .* DIR64/g)).toHaveLength(3); // the three words
      expect(run("objdump", "-h", path)).toMatch(
        /\.text[\s\S]*\.rodata[\s\S]*\.data[\s\S]*\.reloc[\s\S]*\.bq2/,
      );
    });
  });

  test("passes pefile: its checksum is right, no section is both writable and executable", async () => {
    await withFolder((folder) => {
      const script = `
import json, pefile, sys
pe = pefile.PE(sys.argv[1])
print(json.dumps({
  "warnings": pe.get_warnings(),
  "checksum": pe.verify_checksum(),
  "sections": [[s.Name.rstrip(b"\\0").decode(), s.IMAGE_SCN_MEM_WRITE, s.IMAGE_SCN_MEM_EXECUTE] for s in pe.sections],
  "added": pe.sections[-1].get_data()[:5000].hex(),
}))`;
      const found = JSON.parse(run(PYTHON, "-c", script, application(folder)));
      expect(found).toEqual({
        warnings: [],
        checksum: true,
        added: toHex(noise(5000, 7)),
        sections: [
          [".text", false, true],
          [".rodata", false, false],
          [".data", true, false],
          [".reloc", false, false],
          [".bq2", false, false],
        ],
      });
    });
  });

  test("is the same from another folder", async () => {
    const of = (folder: string) => readFileSync(application(folder));
    await withFolder(async (a) => {
      await withFolder((b) => {
        expect(of(a).equals(of(b))).toBe(true);
      });
    });
  });
});

describe.skipIf(!isJudged)("refused", () => {
  test("anything but a static PIE, writable and executable segments, truncated files", async () => {
    await withFolder((folder) => {
      expect(() => peFromElf(link(folder, "-no-pie", "-Wl,-no-pie"))).toThrow(/not position-independent/);
      const whole = link(folder);
      const writable = Uint8Array.from(whole);
      const [PROGRAM_HEADERS, SIZE, FLAGS_AT, PF_X, PF_W] = [64, 56, 4, 1, 2];
      const flags = [0, 1, 2, 3].map((index) => PROGRAM_HEADERS + index * SIZE + FLAGS_AT);
      for (const at of flags) if (writable[at] === (PF_X | 4)) writable[at] = PF_X | PF_W | 4;
      expect(() => peFromElf(writable)).toThrow(/writable and executable/);
      expect(() => peFromElf(whole)).not.toThrow();
      const { segments } = readStaticPie(whole);
      const end = Math.max(...segments.map(({ address, content }) => address + content.length));
      for (let length = 0; length < Math.min(end, whole.length) / 2; length += 97) {
        expect(() => peFromElf(whole.subarray(0, length))).toThrow(/Cannot use the ELF file/);
      }
    });
  });
});
