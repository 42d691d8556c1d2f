/** Resolves host names to IPv4 addresses by /etc/hosts, then by the name servers of /etc/resolv.conf. */
import { readText } from "../platform/files.ts";
import { FetchError, type Network } from "../platform/network.ts";
import type { Files, Platform } from "../platform/platform.ts";
import { dnsAddresses, dnsQuestion } from "./dns.ts";

const DNS_PORT = 53;
const ANSWER_SECONDS = 5; // resolv.conf(5): timeout
const ROUNDS = 2; // resolv.conf(5): attempts
const ADDRESS = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** One or more addresses. @throws FetchError `unknown-host` */
export async function resolveHost(
  platform: Pick<Platform, "files">,
  network: Network,
  host: string,
): Promise<readonly string[]> {
  if (ADDRESS.test(host)) return [host];
  const listed = linesOf(platform, "/etc/hosts").flatMap(([address = "", ...names]) =>
    ADDRESS.test(address) && names.some((name) => name.toLowerCase() === host) ? [address] : [],
  );
  if (listed.length > 0) return listed;
  if (host === "localhost") return ["127.0.0.1"];
  const servers = linesOf(platform, "/etc/resolv.conf").flatMap(([word, address = ""]) =>
    word === "nameserver" && ADDRESS.test(address) ? [address] : [],
  );
  if (servers.length === 0) throw unknownHost(host, "/etc/resolv.conf names no server");
  for (let round = 0; round < ROUNDS; round++) {
    for (const server of servers) {
      const addresses = await askServer(platform, network, server, host);
      if (addresses === "no-such-name" || addresses?.length === 0) throw unknownHost(host, "no such name");
      if (addresses !== undefined) return addresses;
    }
  }
  throw unknownHost(host, "no name server answers");
}

async function askServer(
  { files }: Pick<Platform, "files">,
  network: Network,
  server: string,
  host: string,
): Promise<ReturnType<typeof dnsAddresses>> {
  const id = randomWord(files);
  let question: Uint8Array;
  try {
    question = dnsQuestion(id, host);
  } catch {
    throw unknownHost(host, "no host can have that name");
  }
  const answer = await network.ask(server, DNS_PORT, question, ANSWER_SECONDS);
  return answer === undefined ? undefined : dnsAddresses(question, answer);
}

/** 16 unpredictable bits from the kernel: random(4). The kernel also chooses the question's source port. */
function randomWord(files: Files): number {
  const bytes = new Uint8Array(2);
  const fd = files.open("/dev/urandom", "read");
  try {
    files.read(fd, bytes, 0, bytes.length, null);
  } finally {
    files.close(fd);
  }
  return new DataView(bytes.buffer).getUint16(0);
}

function unknownHost(host: string, why: string): FetchError {
  return new FetchError(`cannot find the host ${host} (${why})`, "unknown-host");
}

/** The words of each line without comments; no lines if the file does not exist. */
function linesOf({ files }: Pick<Platform, "files">, path: string): string[][] {
  if (files.statusFollowed(path) === undefined) return [];
  return readText(files, path)
    .split("\n")
    .map((line) =>
      line
        .replace(/[#;].*$/, "")
        .trim()
        .split(/\s+/),
    );
}
