/**
 * Busybox's DHCP server and our client at the two ends of a virtual cable, in separate network and mount
 * namespaces. Prints what it has seen as JSON.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { projectFolder } from "../../../tools/project-files.ts";

/** What the test judges. */
export interface Seen {
  /** The lines of the client's standard output. */
  readonly lines: readonly string[];
  /** What `ip` says about the client's interface, and resolv.conf, once it has its first address. */
  readonly addresses: string;
  readonly routes: string;
  readonly nameServers: string;
  readonly link: string;
  /** The server's log. */
  readonly server: string;
  /** Addresses of the interface after the lease has expired. */
  readonly afterwards: string;
}

const FOLDER = "/run/test";
const LIMIT_SECONDS = 60;

const ip = (...words: readonly string[]): string => execFileSync("ip", words, { encoding: "utf8" });

/** `ip` in the network namespace of another process. */
const ipOf = (pid: number, ...words: readonly string[]): string =>
  execFileSync("nsenter", [`--net=/proc/${pid}/ns/net`, "ip", ...words], { encoding: "utf8" });

function prepare(): void {
  for (const folder of ["/run", "/etc"]) execFileSync("mount", ["-t", "tmpfs", "tmpfs", folder]);
  mkdirSync(FOLDER);
  ip("link", "add", "server", "type", "veth", "peer", "name", "client");
  ip("addr", "add", "10.9.0.1/16", "dev", "server");
  ip("link", "set", "server", "up");
}

/** The client, in its own network namespace, to which the cable's other end moves. */
async function startClient(): Promise<{ readonly child: ChildProcess; readonly pid: number }> {
  const program = ["--import", "./tools/register.mjs", "src/network/dhcp/test-client.ts"];
  const words = [process.execPath, ...program, "client", "name-server=192.0.2.53"];
  const child = spawn("unshare", ["--net", ...words], { cwd: projectFolder, stdio: "pipe" });
  const pid = child.pid ?? 0;
  const network = (process: string) => readlinkSync(`/proc/${process}/ns/net`);
  await until(() => network(String(pid)) !== network("self"), "the client's namespace");
  // A second card with an address, which must not become the source of the client's messages.
  ipOf(pid, "link", "add", "other", "type", "veth", "peer", "name", "nobody");
  ipOf(pid, "addr", "add", "192.0.2.1/24", "dev", "other");
  ipOf(pid, "link", "set", "other", "up");
  ip("link", "set", "client", "netns", String(pid));
  return { child, pid };
}

function collect(child: ChildProcess, ...streams: ("stdout" | "stderr")[]): { text: string } {
  const collected = { text: "" };
  for (const name of streams)
    child[name]?.on("data", (chunk) => {
      collected.text += chunk;
    });
  return collected;
}

/** It has one address to give. */
function startServer(leaseSeconds: number): { readonly child: ChildProcess; readonly log: { text: string } } {
  const lines = [
    ...["start 10.9.0.77", "end 10.9.0.77", "interface server", "min_lease 10"],
    ...[`lease_file ${FOLDER}/leases`, `pidfile ${FOLDER}/pid`],
    ...["option subnet 255.255.0.0", "option router 10.9.0.1", "option dns 10.9.0.53 10.9.0.54"],
    ...["option mtu 1400", "option ntpsrv 10.9.0.123", `option lease ${leaseSeconds}`],
  ];
  writeFileSync(`${FOLDER}/conf`, lines.map((line) => `${line}\n`).join(""));
  writeFileSync(`${FOLDER}/leases`, "");
  const child = spawn("busybox", ["udhcpd", "-f", `${FOLDER}/conf`], { stdio: "pipe" });
  return { child, log: collect(child, "stdout", "stderr") };
}

async function until(isReached: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !isReached(); waited += 0.1) {
    if (waited > LIMIT_SECONDS) throw new Error(`Waited ${LIMIT_SECONDS} s for ${what}`);
    await sleep(100);
  }
}

async function observe(): Promise<Seen> {
  prepare();
  const server = startServer(12);
  const client = await startClient();
  const output = collect(client.child, "stdout");
  try {
    await until(() => output.text.includes(" has "), `an address: ${output.text}${server.log.text}`);
    const first = {
      addresses: ipOf(client.pid, "-o", "-4", "addr", "show", "client"),
      routes: ipOf(client.pid, "route"),
      nameServers: readFileSync("/etc/resolv.conf", "utf8"),
      link: ipOf(client.pid, "-o", "link", "show", "client"),
    };
    return { ...first, ...(await expire(server, client.pid, output)) };
  } finally {
    client.child.kill("SIGKILL");
    server.child.kill("SIGKILL");
  }
}

/** Lets the lease be renewed, then expire without a server. */
async function expire(server: ReturnType<typeof startServer>, pid: number, output: { text: string }) {
  const acknowledgements = () => server.log.text.match(/sending ACK/g)?.length ?? 0;
  await until(() => acknowledgements() >= 3, `renewals: ${server.log.text}`);
  server.child.kill("SIGKILL");
  await until(() => output.text.includes(" lost "), `the end of the lease: ${output.text}`);
  const afterwards = ipOf(pid, "-o", "-4", "addr", "show", "client");
  return { lines: output.text.trim().split("\n"), server: server.log.text, afterwards };
}

process.stdout.write(JSON.stringify(await observe()));
process.exit(0);
