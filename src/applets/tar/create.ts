/** `tar -c`: writes the files of the command line as an archive. */
import { describeError } from "../../base/error.ts";
import { GzipWriter } from "../../formats/gzip.ts";
import { type ChunkSink, writeTar } from "../../formats/tar/writer.ts";
import { type Entry, NO_ATTRIBUTES } from "../../formats/tree.ts";
import type { FileStatus } from "../../platform/platform.ts";
import { OpenFiles } from "../../trees/open-files.ts";
import { type AppletContext, usageError } from "../applet.ts";
import { excluder, LongLines, quoteName } from "./names.ts";
import type { TarJob, TarOperand } from "./options.ts";
import type { TarReport } from "./report.ts";

const GZIP_LEVEL = 6; // gzip(1)'s default

export async function createArchive(context: AppletContext, job: TarJob, report: TarReport): Promise<void> {
  const { files } = context.platform;
  const fd = job.archive === undefined ? context.stdout : files.open(job.archive, "write");
  const sources = new OpenFiles(files);
  try {
    const archiveIdentity =
      job.archive === undefined ? undefined : files.statusFollowed(job.archive)?.identity;
    const collector = new Collector(context, job, report, sources, archiveIdentity);
    const output = await openOutput(context, job, fd);
    await writeTar(collector.entries(), output.write);
    await output.end();
  } finally {
    sources.closeAll();
    if (job.archive !== undefined) files.close(fd);
  }
}

interface Output {
  readonly write: ChunkSink;
  end(): Promise<void>;
}

async function openOutput(context: AppletContext, job: TarJob, fd: number): Promise<Output> {
  const { files, bulk, host } = context.platform;
  const write = (chunk: Uint8Array): void => files.write(fd, chunk, null);
  switch (job.compression) {
    case "none":
      return { write, end: async () => {} };
    case "gzip": {
      const gzip = new GzipWriter(bulk, write, { level: GZIP_LEVEL, parallel: host.cpuCount });
      return { write: (chunk) => gzip.write(chunk), end: () => gzip.end() };
    }
    case "bzip2":
    case "xz":
      return throughProgram(context, job.compression, fd);
    case "zstd":
      throw usageError("zstd is not supported for writing: use -z, -j or -J");
  }
}

/** Runs the compressor as a program, as GNU tar does. */
async function throughProgram(context: AppletContext, program: string, fd: number): Promise<Output> {
  const { processes, host } = context.platform;
  const { env, cwd } = host;
  const child = await processes.spawn({
    argv: [program, "-c"],
    cwd,
    env,
    stdin: "pipe",
    stdout: { fd },
    stderr: "inherit",
  });
  return {
    write: (chunk) => child.write(chunk),
    async end() {
      child.closeInput();
      const exit = await child.wait();
      if (exit.code !== 0)
        throw new Error(`Cannot compress: ${program} ended with ${exit.code ?? exit.signal}`);
    },
  };
}

/** Walks the operands and everything below them. A file that cannot be read is reported and left out. */
class Collector {
  readonly #context: AppletContext;
  readonly #job: TarJob;
  readonly #report: TarReport;
  readonly #sources: OpenFiles;
  readonly #archiveIdentity: string | undefined;
  readonly #isExcluded: (path: string) => boolean;
  readonly #firstNames = new Map<string, string>(); // identity → stored name
  readonly #lines = new LongLines();

  constructor(
    context: AppletContext,
    job: TarJob,
    report: TarReport,
    sources: OpenFiles,
    archiveIdentity: string | undefined,
  ) {
    this.#context = context;
    this.#job = job;
    this.#report = report;
    this.#sources = sources;
    this.#archiveIdentity = archiveIdentity;
    this.#isExcluded = excluder(job.exclude);
  }

  *entries(): Generator<Entry> {
    for (const operand of this.#job.operands) yield* this.#below(trimmed(operand));
  }

  *#below(operand: TarOperand): Generator<Entry> {
    if (this.#isExcluded(operand.name)) return;
    const { files } = this.#context.platform;
    const full = operand.name.startsWith("/") ? operand.name : `${operand.folder}/${operand.name}`;
    const status = this.#try(operand, "stat", () => {
      const found = this.#job.dereferences ? files.statusFollowed(full) : files.status(full);
      if (found === undefined) throw new Error("No such file or directory");
      return found;
    });
    if (status === undefined) return;
    const entry = this.#entryOf(operand, full, status);
    if (entry === undefined) return;
    this.#tell(entry);
    yield entry;
    if (status.kind !== "folder" || !operand.recurses) return;
    const names = this.#try(operand, "open", () => files.list(full));
    const prefix = operand.name.endsWith("/") ? operand.name : `${operand.name}/`;
    for (const name of names ?? []) yield* this.#below({ ...operand, name: prefix + name });
  }

  #try<T>(operand: TarOperand, action: string, body: () => T): T | undefined {
    try {
      return body();
    } catch (error) {
      this.#report.fail(`${quoteName(operand.name)}: Cannot ${action}: ${describeError(error)}`);
      return undefined;
    }
  }

  #entryOf(operand: TarOperand, full: string, status: FileStatus): Entry | undefined {
    const { files } = this.#context.platform;
    const path = this.#storedName(operand.name);
    const job = this.#job;
    const common = {
      path,
      mode: status.mode,
      uid: job.owner ?? status.uid,
      gid: job.group ?? status.gid,
      mtime: job.mtime ?? Math.floor(status.mtime),
      attributes: NO_ATTRIBUTES,
    };
    if (status.kind === "socket") {
      this.#report.warn(`${quoteName(operand.name)}: socket ignored`);
      return undefined;
    }
    if (status.identity === this.#archiveIdentity) {
      this.#report.warn(`${quoteName(operand.name)}: file is the archive; not dumped`);
      return undefined;
    }
    if (status.kind !== "folder" && (status.linkCount > 1 || job.dereferences)) {
      const target = this.#firstNames.get(status.identity);
      if (target !== undefined) return { ...common, kind: "hardlink", target };
      this.#firstNames.set(status.identity, path);
    }
    switch (status.kind) {
      case "file": {
        // Opened before its header is written, so that an unreadable file leaves nothing in the archive.
        const isReadable =
          status.size === 0 || this.#try(operand, "open", () => this.#sources.descriptor(full)) !== undefined;
        if (!isReadable) return undefined;
        const mayHaveHoles = status.allocated < status.size;
        return { ...common, kind: "file", content: this.#sources.contentOf(full, status.size, mayHaveHoles) };
      }
      case "symlink":
        return { ...common, mode: 0o777, kind: "symlink", target: files.readLink(full) };
      case "char":
      case "block":
        return { ...common, kind: status.kind, ...status.device };
      case "folder":
      case "fifo":
        return { ...common, kind: status.kind };
    }
  }

  /** The name without a start that would lead out of the folder it is unpacked into. */
  #storedName(name: string): string {
    const outside = this.#job.keepsLeadingSlash ? null : /^(.*\/)?\.\.(\/|$)|^\/+/s.exec(name);
    if (outside === null) return name;
    this.#report.warn(`Removing leading \`${outside[0]}' from member names`);
    return name.slice(outside[0].length) || ".";
  }

  #tell(entry: Entry): void {
    const { verbosity } = this.#job;
    if (verbosity === 0 || entry.kind === "socket") return;
    const path = entry.kind === "folder" ? `${entry.path}/` : entry.path;
    const size = entry.kind === "file" ? entry.content.size : 0;
    const target = entry.kind === "symlink" || entry.kind === "hardlink" ? entry.target : "";
    const device = entry.kind === "char" || entry.kind === "block" ? entry : { major: 0, minor: 0 };
    this.#report.line(
      verbosity > 1
        ? this.#lines.line({ ...entry, kind: entry.kind, path, size, target, device })
        : quoteName(path),
    );
  }
}

function trimmed(operand: TarOperand): TarOperand {
  return { ...operand, name: operand.name.replace(/(.)\/+$/s, "$1") };
}
