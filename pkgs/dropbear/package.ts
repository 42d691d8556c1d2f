import { TOOLS } from "../../src/base/image-commands.ts";
import { writeFile } from "../../src/recipe/inside-actions.ts";
import type { Package } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { gnuBuild } from "../gnu.ts";
import { linuxHeaders } from "../linux-headers/package.ts";
import { musl } from "../musl/package.ts";
import { debian, pin, url } from "../pin.ts";

/** The folder of the host keys. */
const HOST_KEYS = "/var/lib/dropbear";

/**
 * Upstream's defaults (`src/default_options.h`) that do not suit this system.
 *
 * Host keys are never in an image: `dropbear -R` makes each key when a client first asks for its type. It
 * makes keys at these paths only, whatever `-r` says. The folder must exist, root must be able to write to
 * it, and its files must survive a restart, or else clients warn that the machine has changed.
 */
const OPTIONS = `/* No passwords: a client needs a key that ~/.ssh/authorized_keys lists. */
#define DROPBEAR_SVR_PASSWORD_AUTH 0
/* Where a system keeps its state, also if /etc is read-only. */
#define RSA_PRIV_FILENAME "${HOST_KEYS}/dropbear_rsa_host_key"
#define ECDSA_PRIV_FILENAME "${HOST_KEYS}/dropbear_ecdsa_host_key"
#define ED25519_PRIV_FILENAME "${HOST_KEYS}/dropbear_ed25519_host_key"
/* Faster ciphers and digests for a few kilobytes more. */
#define DROPBEAR_SMALL_CODE 0
/* Upstream's 24 kB in flight make uploads slow over long distances. */
#define DEFAULT_RECV_WINDOW 262144
/* This project's own server (src/applets/sftp-server/). */
#define DROPBEAR_SFTPSERVER 1
#define SFTPSERVER_PATH "${TOOLS["sftp-server"].folder}/sftp-server"
`;

const source = pin("dropbear", "2025.89", (version) => ({
  file: `dropbear-${version}.tar.bz2`,
  sha256: "0d1f7ca711cfc336dc8a85e672cab9cfd8223a02fe2da0a4a7aeb58c9e113634",
  size: 2374006,
  origins: [
    url(`https://matt.ucc.asn.au/dropbear/releases/dropbear-${version}.tar.bz2`),
    debian(`main/d/dropbear/dropbear_${version}.orig.tar.bz2`),
  ],
}));

export const dropbear: Package = {
  name: "dropbear",
  why: "the SSH server: logins and transfers of files, by key",
  license: "MIT",
  version: source.version,
  source,
  needs: [crossTools, linuxHeaders, musl],
  build(place) {
    const style = gnuBuild(place, {
      prepare: [writeFile(`${place.workdir}/localoptions.h`, OPTIONS)],
      configureFlags: [
        "--enable-static",
        "--enable-bundled-libtom",
        "--disable-zlib",
        "--disable-pam",
        // The system keeps no record of who has logged in.
        ...["lastlog", "utmp", "utmpx", "wtmp", "wtmpx", "loginfunc", "pututline", "pututxline"].map(
          (record) => `--disable-${record}`,
        ),
      ],
      manuals: ["share/man"],
    });
    const programs = "PROGRAMS=dropbear dropbearkey";
    return {
      ...style,
      make: { ...style.make, flags: [...style.make.flags, programs] },
      install: { ...style.install, flags: [...style.install.flags, programs] },
    };
  },
};
