/**
 * `tar`: makes, lists and unpacks archives, over `formats/tar-*` and `sources/unpack-folder.ts`.
 *
 * Differs from GNU's on purpose: names are stored in the order of their bytes; owners are numbers; nothing is ever
 * written outside the folder that is unpacked into, and an archive that tries to ends the run. Not here: changing
 * archives (`-r -u -A --delete`), comparing, several volumes, sparse files on writing, wildcards of members.
 */
import type { Applet } from "../applet.ts";
import { createArchive } from "./create.ts";
import { extractArchive } from "./extract.ts";
import { parseTarArguments } from "./options.ts";
import { TarReport } from "./report.ts";

const USAGE = `Usage: tar -c|-x|-t [OPTION]... [FILE]...
Make (-c), unpack (-x) or list (-t) an archive. The options may come without a dash: tar xzf FILE.

  -f, --file=ARCHIVE       the archive; - is standard input or output (the default)
  -C, --directory=DIR      the folder to read from or to unpack into
  -v, --verbose            names as they come; twice, or with -t: with mode, owner, size and time
  -z, --gzip               gzip; on reading, compression is told from the bytes
  -j, --bzip2  -J, --xz    on writing, by the program of that name
  -a, --auto-compress      compression from the archive's name
  -O, --to-stdout          unpack files to standard output
  -p, --preserve-permissions   modes as stored, without the umask (root: always)
      --same-owner, -o, --no-same-owner   owners as stored (root: always), or one's own
  -m, --touch              times are now
      --strip-components=N     leave out the first N names of each path
      --exclude=PATTERN, -X, --exclude-from=FILE   leave out what fits
  -T, --files-from=FILE    names from a file (--null: that end with NUL)
      --no-recursion       folders without what they hold
  -h, --dereference        what links point at
  -P, --absolute-names     keep a leading / (on writing only)
      --mtime=TIME         @SECONDS, or YYYY-MM-DD [HH:MM:SS] in UTC
      --owner=ID, --group=ID   a number, NAME:NUMBER, or root
      --format=ustar|pax   ustar is written, with pax where a value does not fit
      --sort=name, --numeric-owner   as it is always done
`;

export const tar: Applet = {
  usage: USAGE,
  failureCode: 2,

  async run(context, args) {
    const job = parseTarArguments(context, args);
    const report = new TarReport(context, job);
    if (job.mode === "create") await createArchive(context, job, report);
    else await extractArchive(context, job, report);
    return report.finish();
  },
};
