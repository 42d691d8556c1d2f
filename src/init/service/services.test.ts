import { assert, test } from "../../base/testing.ts";
import { blockers, isAllEnded, nextTime, wantedConditions } from "./services.ts";
import { Simulation, testService } from "./test-service.ts";

test("a service killed 1,000 times comes back each time, and its state does not grow", () => {
  const simulation = new Simulation([testService("web", { restartLimit: { starts: 5, seconds: 1 } })]);
  simulation.advance(0);
  const size = () => JSON.stringify([...simulation.services.states.values()]).length + simulation.pending();
  const before = size();
  for (let i = 0; i < 1000; i++) {
    simulation.advance(10);
    simulation.killProgram("web");
    assert.equal(simulation.phase("web"), "running", `after kill ${i + 1}`);
  }
  assert.equal(simulation.orders.filter((order) => order === "web: spawn").length, 1001);
  assert.equal(
    [simulation.state("web").restarts, simulation.state("web").outcome],
    [1000, { signal: "SIGKILL" }],
  );
  assert.ok(size() < before + 100, `${size()} instead of ${before}`);
});

test("a program that ends at once is restarted after growing waits", () => {
  const simulation = new Simulation([testService("web")], { web: { seconds: 0, exit: { code: 1 } } });
  const starts = () => simulation.orders.filter((order) => order === "web: spawn").length;
  const counts = [0, 0.5, 0.5, 2, 4].map((seconds) => {
    simulation.advance(seconds);
    return starts();
  });
  assert.equal(counts, [4, 4, 5, 6, 7]);
  simulation.advance(600);
  assert.ok(starts() < 20, "a minute between starts at last");
  assert.equal(simulation.state("web").phase.kind, "pausing");
});

test("a restart limit ends in a failed state, from which a request starts it again", () => {
  const limited = testService("web", { restartLimit: { starts: 3, seconds: 10 } });
  const simulation = new Simulation([limited], { web: { seconds: 1, exit: { code: 7 } } });
  simulation.advance(100);
  const { phase, restarts } = simulation.state("web");
  assert.equal(phase, {
    kind: "failed",
    reason: "3 starts within 10 s were not enough; the last run ended with code 7",
  });
  assert.equal([restarts, simulation.orders.filter((order) => order === "web: spawn").length], [2, 3]);
  simulation.ask("web", "start");
  simulation.advance(0);
  assert.equal([simulation.phase("web"), simulation.state("web").restarts], ["running", 0]);
});

test("services start when those before them are ready, and conditions are met", () => {
  const simulation = new Simulation(
    [
      testService("app", { after: ["database", "network"] }),
      testService("database", { after: ["prepare"], ready: { kind: "notify" } }),
      testService("prepare", { kind: "once", restart: "never" }),
    ],
    { prepare: { seconds: 2 } },
  );
  simulation.advance(1);
  assert.equal(simulation.orders, ["prepare: spawn"]);
  assert.equal(blockers(simulation.services, "app"), ["database", "network"]);
  assert.equal(wantedConditions(simulation.services), ["network"]);
  simulation.advance(2);
  assert.equal([simulation.phase("prepare"), simulation.phase("database")], ["done", "starting"]);
  simulation.meet("network");
  assert.equal(simulation.phase("app"), "waiting");
  simulation.event("database", { kind: "ready" });
  assert.equal([simulation.phase("database"), simulation.phase("app")], ["running", "starting"]);
  assert.equal(wantedConditions(simulation.services), []);
});

test("a service waits for one that has failed, until that one is ready after all", () => {
  const simulation = new Simulation(
    [testService("app", { after: ["prepare"] }), testService("prepare", { kind: "once", restart: "never" })],
    { prepare: { seconds: 1, exit: { code: 3 } } },
  );
  simulation.advance(5);
  assert.equal(simulation.state("prepare").phase, { kind: "failed", reason: "it ended with code 3" });
  assert.equal(simulation.phase("app"), "waiting");
  simulation.ask("prepare", "start");
  simulation.advance(0);
  simulation.event("prepare", { kind: "ended", exit: { code: 0 } });
  simulation.advance(0);
  assert.equal([simulation.phase("prepare"), simulation.phase("app")], ["done", "running"]);
});

test("the restart policy decides what happens after each kind of end", () => {
  const phaseAfter = (restart: "always" | "on-failure" | "never", code: number): string => {
    const simulation = new Simulation([testService("web", { restart })], {
      web: { seconds: 10, exit: { code } },
    });
    simulation.advance(15);
    return simulation.phase("web");
  };
  assert.equal([phaseAfter("always", 0), phaseAfter("always", 1)], ["running", "running"]);
  assert.equal([phaseAfter("on-failure", 0), phaseAfter("on-failure", 1)], ["stopped", "running"]);
  assert.equal([phaseAfter("never", 0), phaseAfter("never", 1)], ["stopped", "failed"]);
});

test("a periodic service runs again so many seconds after each start, whether or not it was good", () => {
  for (const code of [0, 1]) {
    const backup = testService("backup", { kind: "once", restart: "never", everySeconds: 60 });
    const simulation = new Simulation([backup], { backup: { seconds: 5, exit: { code } } });
    simulation.advance(30);
    assert.equal(simulation.state("backup").phase, { kind: "pausing", until: 60, why: "schedule" });
    simulation.advance(600);
    assert.equal(simulation.orders.filter((order) => order === "backup: spawn").length, 11);
  }
  const slow = testService("slow", { kind: "once", restart: "never", everySeconds: 60 });
  const simulation = new Simulation([slow], { slow: { seconds: 90 } });
  simulation.advance(200);
  assert.equal(simulation.orders.filter((order) => order === "slow: spawn").length, 3, "one run at a time");
});

test("a stop sends its signal, then SIGKILL after its time, and waits until no process is left", () => {
  const stop = { signal: "SIGINT", seconds: 3 } as const;
  const polite = new Simulation([testService("web", { stop })], { web: { stopSeconds: 1 } });
  polite.advance(1);
  polite.ask("web", "stop");
  polite.advance(0.5);
  assert.equal(polite.phase("web"), "stopping");
  polite.advance(1);
  assert.equal([polite.phase("web"), ...polite.orders], ["stopped", "web: spawn", "web: SIGINT"]);

  for (const behaviour of [{ stopSeconds: Number.POSITIVE_INFINITY }, { leavesChild: true }]) {
    const stubborn = new Simulation([testService("web", { stop })], { web: behaviour });
    stubborn.advance(1);
    stubborn.ask("web", "stop");
    stubborn.advance(2.9);
    assert.equal(stubborn.phase("web"), "stopping");
    stubborn.advance(0.2);
    assert.equal([stubborn.phase("web"), stubborn.orders.at(-1)], ["stopped", "web: SIGKILL"]);
  }
});

test("a process that even SIGKILL does not end makes the service fail, and holds nothing up", () => {
  const simulation = new Simulation([testService("web")], { web: { isStuck: true } });
  simulation.advance(1);
  simulation.happen({ kind: "shutdown" });
  simulation.advance(20);
  assert.equal(simulation.state("web").phase, {
    kind: "failed",
    reason: "its processes do not end, even by SIGKILL",
  });
  assert.ok(isAllEnded(simulation.services));
});

test("the children that a program leaves behind are killed before it is restarted", () => {
  const simulation = new Simulation([testService("web")], { web: { seconds: 10, leavesChild: true } });
  simulation.advance(10);
  assert.equal(simulation.orders, ["web: spawn", "web: SIGKILL", "web: spawn"]);
});

test("a request to restart stops a service and starts it afresh; requests in between are heeded", () => {
  const simulation = new Simulation([testService("web")], { web: { stopSeconds: 1 } });
  simulation.advance(1);
  simulation.ask("web", "restart");
  simulation.advance(2);
  assert.equal([simulation.phase("web"), simulation.state("web").run], ["running", 2]);
  simulation.ask("web", "stop");
  simulation.ask("web", "start");
  simulation.advance(2);
  assert.equal([simulation.phase("web"), simulation.state("web").run], ["running", 3]);
  simulation.ask("web", "restart");
  simulation.ask("web", "stop");
  simulation.advance(2);
  assert.equal([simulation.phase("web"), simulation.state("web").run], ["stopped", 3]);
  simulation.ask("web", "stop");
  assert.equal(simulation.phase("web"), "stopped");
});

test("a stop that comes before the process is known reaches the process", () => {
  const simulation = new Simulation([testService("web")]);
  simulation.ask("web", "stop");
  simulation.advance(0);
  assert.equal(simulation.orders, ["web: spawn", "web: SIGTERM", "web: SIGTERM"]);
  assert.equal(simulation.phase("web"), "stopped");
});

test("a program that is missing is tried again; what cannot succeed later fails at once", () => {
  const refused = (isFinal: boolean) =>
    new Simulation([testService("web")], { web: { refusal: { reason: "no such user", isFinal } } });
  const [final, passing] = [refused(true), refused(false)];
  for (const simulation of [final, passing]) simulation.advance(3.5);
  assert.equal(final.state("web").phase, { kind: "failed", reason: "no such user" });
  assert.equal(passing.orders.length, 6);
  assert.equal(passing.state("web").outcome, { failure: "no such user" });
});

test("at shutdown each service stops after those that need it, and nothing starts any more", () => {
  const simulation = new Simulation(
    [
      testService("database", { restart: "always" }),
      testService("app", { after: ["database"] }),
      testService("proxy", { after: ["app"] }),
      testService("crashing"),
      testService("later", { after: ["time"] }),
    ],
    {
      app: { stopSeconds: 2 },
      proxy: { stopSeconds: 1 },
      crashing: { seconds: 0, exit: { code: 1 } },
    },
  );
  simulation.advance(5);
  assert.equal(simulation.phase("crashing"), "pausing");
  const before = simulation.orders.length;
  simulation.happen({ kind: "shutdown" });
  simulation.ask("later", "start");
  simulation.meet("time");
  simulation.advance(10);
  assert.equal(simulation.orders.slice(before), ["proxy: SIGTERM", "app: SIGTERM", "database: SIGTERM"]);
  assert.ok(isAllEnded(simulation.services));
  assert.equal(nextTime(simulation.services), undefined);
});
