/** The checks of `bq2 doctor`: a machine's programs, files and disk space, with a fix for what is missing. */
import type { Emulator } from "../base/arch.ts";
import { dirname } from "../base/path.ts";
import type { Platform } from "../platform/platform.ts";
import { type Check, checkNamespaces } from "./namespace-checks.ts";

interface Tool {
  readonly program: string;
  /** The Debian package that contains it. */
  readonly package: string;
  readonly purpose: string;
  readonly required: boolean;
}

/** Programs that only Node needs. QuickJS makes namespaces itself, and its runtime decompresses. */
const TOOLS_OF_NODE: readonly Tool[] = [
  { program: "unshare", package: "util-linux", purpose: "make namespaces", required: true },
  { program: "setpriv", package: "util-linux", purpose: "end steps with their caller", required: true },
  { program: "xz", package: "xz-utils", purpose: "unpack sources", required: true },
  { program: "bzip2", package: "bzip2", purpose: "unpack sources", required: true },
  { program: "zstd", package: "zstd", purpose: "unpack sources", required: true },
];

const TOOLS: readonly Tool[] = [
  { program: "apt-get", package: "apt", purpose: "the seeds debian-12 and debian-13", required: false },
];

const BOOTING = "bq2 boot";

/** Programs of administrators are not on every user's path. */
const ADMIN_PATH = "/usr/local/sbin:/usr/sbin:/sbin";

const GIB = 2 ** 30;

/** The measured size of the sources, seed, kernel tree and image of a `minimal` build. */
const DISK_WANTED = 6 * GIB;

export interface HostCheckOptions {
  /** Where the workspace is, or will be. */
  readonly folder: string;
  readonly emulator: Emulator;
}

/** All checks, in display order. Namespaces are tested by making them. */
export async function checkHost(platform: Platform, options: HostCheckOptions): Promise<readonly Check[]> {
  const folder = nearestFolder(platform, options.folder);
  const { program, debianPackages, firmware } = options.emulator;
  const ofEngine = platform.kernel.fork === undefined ? TOOLS_OF_NODE : [];
  const qemu: Tool = { program, package: debianPackages.program, purpose: BOOTING, required: false };
  return [
    ...(await checkNamespaces(platform, folder)),
    ...[...ofEngine, ...TOOLS, qemu].map((tool) => checkTool(platform, tool)),
    checkFirmware(
      platform,
      firmware.map(({ code }) => code),
      debianPackages.firmware,
    ),
    checkDisk(platform, folder, DISK_WANTED),
  ];
}

export function checkTool({ processes, host }: Platform, tool: Tool): Check {
  const path = `${host.env.PATH ?? "/usr/bin:/bin"}:${ADMIN_PATH}`;
  const found = processes.find(tool.program, path);
  return {
    name: `${tool.program} (${tool.purpose})`,
    ok: found !== undefined,
    found: found ?? "not installed",
    fix: found === undefined ? `apt-get install ${tool.package}` : "",
    required: tool.required,
  };
}

function checkFirmware({ files }: Platform, candidates: readonly string[], debianPackage: string): Check {
  const found = candidates.find((path) => files.statusFollowed(path) !== undefined);
  return {
    name: `UEFI firmware (${BOOTING})`,
    ok: found !== undefined,
    found: found ?? "not installed",
    fix: found === undefined ? `apt-get install ${debianPackage}` : "",
    required: false,
  };
}

/** `folder` must exist; `wanted` is in bytes. */
export function checkDisk({ files }: Platform, folder: string, wanted: number): Check {
  const free = files.freeSpace(folder);
  const ok = free >= wanted;
  const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;
  return {
    name: `disk space at ${folder}`,
    ok,
    found: `${gib(free)} free`,
    fix: ok
      ? ""
      : `free some space there, or choose another folder with --workdir: a build needs ${gib(wanted)}`,
    required: true,
  };
}

/** The folder itself, or the nearest one above it that exists. */
function nearestFolder(platform: Platform, folder: string): string {
  if (folder === "/" || platform.files.statusFollowed(folder)?.kind === "folder") return folder;
  return nearestFolder(platform, dirname(folder));
}
