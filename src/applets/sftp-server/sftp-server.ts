/**
 * `sftp-server`: the files of this machine for a client of SFTP, on standard input and output. An SSH server
 * starts it for `sftp`, `scp` and `sshfs`. Protocol version 3, with the extensions in `protocol.ts`.
 *
 * Not here: any limit on what the user may reach (the kernel checks permissions), access times, the size of
 * the file system (`df`), names of owners, options.
 */
import { type Applet, usageError } from "../applet.ts";
import { readOptions } from "../options.ts";
import { serve } from "./server.ts";

export const sftpServer: Applet = {
  usage: `Usage: sftp-server
Serve files by SFTP on standard input and output. An SSH server starts this program.
`,
  failureCode: 255,

  async run(context, args) {
    const [first] = readOptions({}, args);
    if (first !== undefined) throw usageError(`unexpected argument '${first.value}'`);
    serve(context);
    return 0;
  },
};
