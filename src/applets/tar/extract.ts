/** `tar -x` and `tar -t`: unpack or list members of an archive. */

import { concatBytes } from "../../base/bytes.ts";
import { describeError } from "../../base/error.ts";
import type { TarMember } from "../../formats/tar/members.ts";
import { readTar, type TarHandler } from "../../formats/tar/reader.ts";
import { systemCall } from "../../linux/syscalls.ts";
import { chunksOf } from "../../platform/files.ts";
import type { ByteSource, FilesBeneath, Platform } from "../../platform/platform.ts";
import { compressionOfBytes } from "../../trees/unpack.ts";
import { FolderUnpacker } from "../../trees/unpack-folder.ts";
import { type AppletContext, absolutePath } from "../applet.ts";
import { excluder, LongLines, quoteName } from "./names.ts";
import type { TarJob } from "./options.ts";
import type { TarReport } from "./report.ts";

export async function extractArchive(context: AppletContext, job: TarJob, report: TarReport): Promise<void> {
  const { files } = context.platform;
  const fd = job.archive === undefined ? context.stdin : files.open(job.archive, "read");
  try {
    if (job.mode === "extract" && !job.toStdout) await unpackInto(context, job, report, fd);
    else await readArchive(context, job, report, fd, outputOf(context, job));
  } finally {
    if (job.archive !== undefined) files.close(fd);
  }
}

/** Others may write to the folder at the same time; whatever they do there, no file is written outside it. */
async function unpackInto(context: AppletContext, job: TarJob, report: TarReport, fd: number): Promise<void> {
  const { files } = context.platform;
  const folder = files.realPath(absolutePath(context, job.folder));
  const held = files.beneath(folder);
  const unpacker = folderUnpacker(held, folder, job, report);
  try {
    await readArchive(context, job, report, fd, unpacker);
  } finally {
    unpacker.abort();
    unpacker.finish(); // sets modes and times, even after an error
    held.release();
  }
}

async function readArchive(
  context: AppletContext,
  job: TarJob,
  report: TarReport,
  fd: number,
  target: TarHandler,
): Promise<void> {
  const { bulk } = context.platform;
  const chooser = new Chooser(context.platform, job, report, target);
  const source = peeked(context, fd, job.archive ?? "standard input");
  const compression = compressionOfBytes(source.head);
  await readTar(bulk.decompress(source, compression), chooser);
  // Reads on after the archive's end, so that its writer does not get a broken pipe.
  if (job.archive === undefined) for (const _ of source.chunks);
  chooser.tellMissing();
}

const HEAD = 6; // bytes that identify a compression

/** The stream, and its first bytes. */
function peeked(
  context: AppletContext,
  fd: number,
  name: string,
): ByteSource & { readonly head: Uint8Array } {
  const rest = chunksOf(context.platform.files, fd);
  let head = new Uint8Array();
  while (head.length < HEAD) {
    const { value, done } = rest.next();
    if (done === true) break;
    head = concatBytes([head, value]) as typeof head;
  }
  function* chunks(): Generator<Uint8Array> {
    if (head.length > 0) yield head;
    for (const chunk of rest) yield chunk.slice();
  }
  return { name, head, chunks: chunks() };
}

function folderUnpacker(files: FilesBeneath, folder: string, job: TarJob, report: TarReport): FolderUnpacker {
  return new FolderUnpacker(files, folder, false, {
    outsideLinks: "keep",
    limits: { totalBytes: Number.POSITIVE_INFINITY, members: Number.POSITIVE_INFINITY },
    devices(place, { kind, device, mode, mtime }) {
      if (kind !== "char" && kind !== "block" && kind !== "fifo") return;
      files.makeSpecial(place, kind, device, mode & 0o777);
      files.setMode(place, mode);
      files.setTime(place, mtime);
    },
    onMember(path, member) {
      // The file of a hard link already has its owner, and chown(2) would remove setuid.
      if (!job.keepsOwners || member.kind === "hardlink") return;
      try {
        files.setOwner(path === "" ? folder : `${folder}/${path}`, member.uid, member.gid);
      } catch (error) {
        report.fail(`${quoteName(member.path)}: Cannot change ownership: ${describeError(error)}`);
      }
    },
  });
}

/** Writes files to standard output (`-O`), or nothing. */
function outputOf(context: AppletContext, job: TarJob): TarHandler {
  const { files } = context.platform;
  let member: TarMember | undefined;
  let written = 0;
  const fill = (end: number): void => {
    if (job.toStdout && end > written) files.write(context.stdout, new Uint8Array(end - written), null);
    written = Math.max(written, end);
  };
  return {
    member(next) {
      member = next;
      written = 0;
    },
    data(bytes, offset) {
      fill(offset);
      if (job.toStdout) files.write(context.stdout, bytes, null);
      written += bytes.length;
    },
    memberEnd: () => fill(member?.kind === "file" && member.ranges !== undefined ? member.size : 0),
  };
}

/**
 * Passes on the wanted members, with the paths, modes and times to unpack them with, and prints their names.
 */
class Chooser implements TarHandler {
  readonly #job: TarJob;
  readonly #report: TarReport;
  readonly #target: TarHandler;
  readonly #isExcluded: (path: string) => boolean;
  readonly #wanted: readonly { readonly name: string }[];
  readonly #found = new Set<string>();
  readonly #lines = new LongLines();
  readonly #modeMask: number;
  readonly #now: number;
  #isChosen = false;

  constructor(platform: Platform, job: TarJob, report: TarReport, target: TarHandler) {
    this.#job = job;
    this.#report = report;
    this.#target = target;
    this.#isExcluded = excluder(job.exclude);
    this.#wanted = job.operands.map(({ name }) => ({ name: name.replace(/(.)\/+$/s, "$1") }));
    // Without -p, setuid, setgid and sticky bits are dropped, as in GNU tar's extract.c.
    this.#modeMask = job.keepsModes || job.mode === "list" ? 0o7777 : 0o777 & ~umaskOf(platform);
    this.#now = Math.floor(platform.clock.nowMicroseconds() / 1e6);
  }

  member(member: TarMember): void {
    const changed = this.#isWanted(member) ? this.#changed(member) : undefined;
    this.#isChosen = changed !== undefined;
    if (changed === undefined) return;
    this.#tell(member);
    this.#target.member(changed);
  }

  data(bytes: Uint8Array, offset: number): void {
    if (this.#isChosen) this.#target.data(bytes, offset);
  }

  memberEnd(): void {
    if (this.#isChosen) this.#target.memberEnd();
  }

  tellMissing(): void {
    for (const { name } of this.#wanted) {
      if (!this.#found.has(name)) this.#report.fail(`${quoteName(name)}: Not found in archive`);
    }
  }

  #isWanted(member: TarMember): boolean {
    const path = member.path.replace(/(.)\/+$/s, "$1");
    if (this.#isExcluded(path)) return false;
    if (this.#wanted.length === 0) return true;
    const found = this.#wanted.filter(({ name }) => path === name || path.startsWith(`${name}/`));
    for (const { name } of found) this.#found.add(name);
    return found.length > 0;
  }

  /** `undefined` if stripping leaves nothing of the name. */
  #changed(member: TarMember): TarMember | undefined {
    const path = this.#stripped(member.path);
    if (path === undefined) return undefined;
    const target = member.kind === "hardlink" ? (this.#stripped(member.target) ?? "") : member.target;
    const mode = member.mode & this.#modeMask;
    const mtime = this.#job.keepsTimes ? member.mtime : this.#now;
    return { ...member, path, target, mode, mtime };
  }

  #stripped(stored: string): string | undefined {
    if (this.#job.mode === "list") return stored;
    const path = stored.replace(/^\/+/, "");
    if (path !== stored) this.#report.warn("Removing leading `/' from member names");
    const count = this.#job.stripComponents;
    if (count === 0) return path === "" ? "." : path;
    const names = path.split("/").filter((name) => name !== "");
    return names.length <= count ? undefined : names.slice(count).join("/");
  }

  #tell(member: TarMember): void {
    const { mode, verbosity } = this.#job;
    const level = verbosity + (mode === "list" ? 1 : 0);
    if (level === 0) return;
    const isBare = member.kind === "folder" && !member.path.endsWith("/");
    const path = isBare ? `${member.path}/` : member.path;
    this.#report.line(level > 1 ? this.#lines.line({ ...member, path }) : quoteName(path));
  }
}

/** The mask can be read only by setting it (umask(2)). */
function umaskOf(platform: Platform): number {
  const call = { name: "umask", action: "read", what: "the umask" } as const;
  const mask = systemCall(platform, call, 0o77);
  systemCall(platform, call, mask);
  return mask;
}
