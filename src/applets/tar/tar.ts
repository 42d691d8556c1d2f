/**
 * `tar`: makes, lists and unpacks archives, with `src/formats/tar/` and `src/trees/unpack-folder.ts`.
 *
 * Differs from GNU's on purpose: names are stored in byte order; owners are numbers; nothing is ever written
 * outside the folder that it unpacks into, and an archive that tries to ends the run. Not here: changing
 * archives (`-r -u -A --delete`), comparing, several volumes, writing sparse files, wildcards for members.
 */
import type { Applet } from "../applet.ts";
import { createArchive } from "./create.ts";
import { extractArchive } from "./extract.ts";
import { parseTarArguments } from "./options.ts";
import { TarReport } from "./report.ts";

const USAGE = `Usage: tar -c|-x|-t [OPTION]... [FILE]...
Make (-c), unpack (-x) or list (-t) an archive. The dash may be omitted: tar xzf FILE.

  -f, --file=ARCHIVE       the archive; - is standard input or output (the default)
  -C, --directory=DIR      the directory to read from or to unpack into
  -v, --verbose            print names; twice, or with -t, also mode, owner, size and time
  -z, --gzip               compress with gzip; for reading, the compression is detected
  -j, --bzip2  -J, --xz    compress with the program of that name
  -a, --auto-compress      choose the compression by the archive's name
  -O, --to-stdout          unpack files to standard output
  -p, --preserve-permissions   keep stored modes, ignore the umask (default for root)
      --same-owner, -o, --no-same-owner   keep stored owners (default for root), or do not
  -m, --touch              set times to now
      --strip-components=N     remove the first N names from each path
      --exclude=PATTERN, -X, --exclude-from=FILE   leave out files that match
  -T, --files-from=FILE    read names from FILE (--null: separated by NUL)
      --no-recursion       leave out the contents of directories
  -h, --dereference        follow links
  -P, --absolute-names     keep a leading / (only when writing)
      --mtime=TIME         @SECONDS, or YYYY-MM-DD [HH:MM:SS] in UTC
      --owner=ID, --group=ID   a number, NAME:NUMBER, or root
      --format=ustar|pax   always ustar, with pax for values that do not fit
      --sort=name, --numeric-owner   always the case
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
