import { Bq2Error } from "../../base/error.ts";
import { assert, test } from "../../base/testing.ts";
import { type MemoryPlatform, memoryPlatform } from "../../platform/memory/platform.ts";
import type { Exit } from "../../platform/platform.ts";
import type { Service } from "../../system/description.ts";
import type { KernelLog } from "../kernel-log.ts";
import { settle } from "../test-machine.ts";
import { answerTo } from "./control.ts";
import type { ServiceHost } from "./host.ts";
import { ServiceManager } from "./manager.ts";
import { testService } from "./test-service.ts";

interface TestHost extends ServiceHost {
  /** Ends the program of a service. */
  end(name: string, exit: Exit): void;
  readonly done: string[];
  readonly errors: string[];
  isNetworkUp: boolean;
  readonly ready: Set<string>;
}

function testHost(): TestHost {
  const ends = new Map<string, (exit: Exit) => void>();
  const [done, errors]: [string[], string[]] = [[], []];
  let pid = 10;
  const host: TestHost = {
    done,
    errors,
    isNetworkUp: false,
    ready: new Set(),
    async spawn({ name, user }) {
      if (user !== "root") throw new Bq2Error(`there is no user ${user}`, { code: "no-account" });
      done.push(`start ${name}`);
      const exit = new Promise<Exit>((resolve) => ends.set(name, resolve));
      return { pid: pid++, exit };
    },
    signal({ name }, signal) {
      done.push(`${signal} ${name}`);
      ends.get(name)?.({ signal });
    },
    isGone: () => true,
    isReady: ({ name }) => host.ready.has(name),
    isMet: (condition) => condition === "network" && host.isNetworkUp,
    note: ({ name }, text) => void done.push(`${name}: ${text}`),
    end: (name, exit) => ends.get(name)?.(exit),
  };
  return host;
}

function managerOf(services: readonly Service[]) {
  const host = testHost();
  const platform = memoryPlatform();
  const log: KernelLog = { info: () => {}, warn: () => {}, error: (text) => void host.errors.push(text) };
  const manager = new ServiceManager(host, platform.clock, log, services);
  manager.start();
  return { host, platform, manager };
}

async function pass({ clock }: MemoryPlatform, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 0.25) {
    clock.advance(0.25);
    await settle();
  }
}

test("services start when they are free, become ready, and are restarted; the log says so", async () => {
  const { host, platform, manager } = managerOf([
    testService("app", { after: ["database", "network"] }),
    testService("database", { ready: { kind: "port", port: 5432 } }),
  ]);
  await settle();
  assert.equal(host.done, ["database: starting", "start database"]);
  host.ready.add("database");
  await pass(platform, 1);
  host.isNetworkUp = true;
  await pass(platform, 1);
  assert.equal(host.done.slice(2), ["database: ready", "app: starting", "start app"]);
  host.end("app", { code: 4 });
  await settle();
  assert.equal(host.done.slice(5), ["app: ended with code 4", "SIGKILL app", "app: starting", "start app"]);
  assert.equal(manager.services.states.get("app")?.restarts, 1);
});

test("a service killed 1,000 times comes back each time", async () => {
  const { host, platform, manager } = managerOf([testService("web")]);
  await settle();
  for (let i = 0; i < 1000; i++) {
    platform.clock.advance(3);
    host.end("web", { signal: "SIGKILL" });
    for (let turns = 0; turns < 20; turns++) await undefined;
  }
  assert.equal(host.done.filter((line) => line === "start web").length, 1001);
  assert.equal(manager.services.states.get("web")?.phase.kind, "running");
});

test("a service that cannot work is refused once, and the consoles show why", async () => {
  const { host, platform } = managerOf([testService("web", { user: "nobody" })]);
  await pass(platform, 10);
  assert.equal(host.errors, ["web: failed: there is no user nobody"]);
});

test("waits between restarts follow the clock", async () => {
  const { host, platform } = managerOf([testService("web")]);
  const starts = () => host.done.filter((line) => line === "start web").length;
  for (let i = 0; i < 4; i++) {
    await settle();
    host.end("web", { code: 1 });
  }
  await settle();
  assert.equal(starts(), 4);
  await pass(platform, 1);
  assert.equal(starts(), 5);
});

test("commands get the state in which a request ends; unknown names get all names", async () => {
  const { platform, manager, host } = managerOf([testService("web")]);
  await settle();
  const now = () => ({ seconds: platform.clock.monotonicSeconds(), microseconds: 5e6 });
  assert.equal(await answerTo("stop web\n", manager, now), {
    kind: "service",
    service: {
      name: "web",
      state: "stopped",
      failure: null,
      since: 5e6,
      pid: null,
      restarts: 0,
      lastExit: "SIGTERM",
    },
  });
  const again = await answerTo("start web\n", manager, now);
  assert.equal(again.kind === "service" ? [again.service.state, again.service.pid] : again, ["running", 11]);
  assert.equal(await answerTo("stop wb", manager, now), { kind: "no-such-service", names: ["web"] });
  assert.equal(await answerTo("destroy web", manager, now), { kind: "bad-request" });
  const list = await answerTo("list", manager, now);
  assert.equal(list.kind === "services" ? list.services.length : list, 1);
  assert.ok(host.done.includes("SIGTERM web"));
});

test("the shutdown resolves when all have stopped, the last started first", async () => {
  const { host, manager } = managerOf([testService("app", { after: ["database"] }), testService("database")]);
  await settle();
  await manager.shutDown();
  const signals = host.done.filter((line) => line.startsWith("SIGTERM"));
  assert.equal(signals, ["SIGTERM app", "SIGTERM database"]);
});
