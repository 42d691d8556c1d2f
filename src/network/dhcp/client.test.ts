import fc from "fast-check";
import { assert, test } from "../../base/testing.ts";
import { type ClientAction, type ClientState, initialState, step } from "./client.ts";
import { type DhcpMessage, decodeMessage, encodeMessage } from "./message.ts";

const HARDWARE = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const LEASE_SECONDS = 1000;

/** A client with a clock that the test moves. Without jitter: `random` is a half. */
function client() {
  let [state, now]: [ClientState, number] = [initialState(0), 0];
  const done: ClientAction[] = [];
  let told = 0;
  const run = (message?: DhcpMessage): void => {
    const outcome = step({ hardware: HARDWARE, now, random: () => 0.5 }, state, message);
    state = outcome.state;
    done.push(...outcome.actions);
  };
  run();
  return {
    state: () => state,
    now: () => now,
    /** The last message sent. */
    sent: (): DhcpMessage => {
      const last = done.findLast((action) => action.kind === "send");
      assert.ok(last !== undefined);
      return last.message;
    },
    /** Actions since the last call, in short. */
    news(): string[] {
      const fresh = done.slice(told).map(shown);
      told = done.length;
      return fresh;
    },
    receive: (message: DhcpMessage | undefined) => run(message),
    /** Lets time pass, as the client wishes to be woken. */
    waitUntil(time: number) {
      while (state.wakeAt <= time) {
        now = state.wakeAt;
        run();
      }
      now = time;
    },
  };
}

type Client = ReturnType<typeof client>;

function shown(action: ClientAction): string {
  if (action.kind === "send") return `${action.message.type} to ${action.to}`;
  if (action.kind === "configure") return `${action.isNew ? "new" : "old"} ${action.lease.subnet.address}`;
  return action.kind === "release" ? `release: ${action.why}` : `warn: ${action.text}`;
}

/** A server's answer to the client's last message. */
function answer(to: Client, type: DhcpMessage["type"], changes: Partial<DhcpMessage> = {}): DhcpMessage {
  const options = {
    subnetMask: "255.255.255.0",
    routers: ["10.0.2.2"],
    nameServers: ["10.0.2.3"],
    leaseSeconds: LEASE_SECONDS,
    server: "10.0.2.2",
    ...changes.options,
  };
  const { transaction, hardware } = to.sent();
  const yourAddress = "10.0.2.15";
  const head = { from: "server", type, transaction, seconds: 0, clientAddress: "0.0.0.0" } as const;
  return { ...head, yourAddress, hardware, ...changes, options };
}

/** A client that has got its lease at second 0. */
function boundClient(options: DhcpMessage["options"] = {}): Client {
  const made = client();
  made.receive(answer(made, "offer"));
  const offered = answer(made, "ack", { options });
  made.receive(offered);
  return made;
}

test("a client discovers, requests what is offered, and has the lease", () => {
  const made = client();
  assert.equal(made.news(), ["discover to 255.255.255.255"]);
  const other = client();
  other.receive(answer(other, "offer"));
  const message = other.sent();
  assert.equal([message.options.requestedAddress, message.options.server], ["10.0.2.15", "10.0.2.2"]);
  assert.equal(message.options.clientId, Uint8Array.of(1, ...HARDWARE));
  other.receive(answer(other, "ack"));
  assert.equal(other.news(), ["discover to 255.255.255.255", "request to 255.255.255.255", "new 10.0.2.15"]);
  const state = other.state();
  assert.ok(state.name === "bound");
  const { subnet, routes, nameServers, renewAt, rebindAt, expiresAt } = state.lease;
  assert.equal(subnet, { address: "10.0.2.15", prefix: 24 });
  assert.equal(routes, [{ destination: { address: "0.0.0.0", prefix: 0 }, gateway: "10.0.2.2" }]);
  assert.equal([nameServers, renewAt, rebindAt, expiresAt], [["10.0.2.3"], 500, 875, 1000]);
});

test("without an answer it discovers again after 4, 8, 16, 32, then every 64 seconds, and warns once", () => {
  const made = client();
  const times = [made.now()];
  for (let i = 0; i < 7; i++) {
    made.waitUntil(made.state().wakeAt);
    times.push(made.now());
  }
  assert.equal(times, [0, 4, 12, 28, 60, 124, 188, 252]);
  assert.equal(
    made.news().filter((text) => text.startsWith("warn")),
    ["warn: no DHCP server answers; the client goes on asking"],
  );
  const jittered = (random: number) =>
    step({ hardware: HARDWARE, now: 0, random: () => random }, initialState(0)).state.wakeAt;
  assert.equal([jittered(0), jittered(0.75)], [3, 4.5]);
});

test("a request without an answer is sent four times, then the client begins again", () => {
  const made = client();
  made.receive(answer(made, "offer"));
  made.news();
  made.waitUntil(59);
  assert.equal(made.news(), new Array<string>(3).fill("request to 255.255.255.255"));
  made.waitUntil(60);
  assert.equal(made.news(), ["discover to 255.255.255.255"]);
});

test("it renews at half of the time with its server, then asks any server, then gives the address up", () => {
  const made = boundClient();
  made.news();
  made.waitUntil(499);
  assert.equal(made.news(), []);
  made.waitUntil(500);
  assert.equal(made.news(), ["request to 10.0.2.2"]);
  made.waitUntil(874);
  assert.equal(made.news(), ["request to 10.0.2.2", "request to 10.0.2.2", "request to 10.0.2.2"]);
  made.waitUntil(999);
  assert.equal(made.news(), [
    "request to 255.255.255.255",
    "request to 255.255.255.255",
    "request to 255.255.255.255",
  ]);
  made.waitUntil(1000);
  assert.equal(made.news(), ["release: the lease has expired", "discover to 255.255.255.255"]);
});

test("a renewed lease counts from the last request for it", () => {
  const made = boundClient();
  made.waitUntil(700); // requests at 500 and 687.5
  const { clientAddress, options } = made.sent();
  assert.equal(
    [clientAddress, options.server, options.requestedAddress],
    ["10.0.2.15", undefined, undefined],
  );
  made.news();
  made.receive(answer(made, "ack", { options: { nameServers: ["10.0.2.4"] } }));
  assert.equal(made.news(), ["old 10.0.2.15"]);
  assert.equal(made.state().wakeAt, 687.5 + 500);
});

test("the server's own times are used if they are in order; an endless lease is never renewed", () => {
  const wakeAt = (options: DhcpMessage["options"]) => boundClient(options).state().wakeAt;
  assert.equal(wakeAt({ renewSeconds: 100, rebindSeconds: 200 }), 100);
  assert.equal(wakeAt({ renewSeconds: 300, rebindSeconds: 200 }), 500);
  assert.equal(wakeAt({ renewSeconds: 300, rebindSeconds: 2000 }), 500);
  assert.equal(wakeAt({ leaseSeconds: 0xffffffff }), Number.POSITIVE_INFINITY);
});

test("a refusal ends the lease; the client begins again after a while", () => {
  const asking = client();
  asking.receive(answer(asking, "offer"));
  asking.news();
  asking.receive(answer(asking, "nak", { options: { message: "taken" } }));
  asking.waitUntil(3);
  assert.equal(asking.news(), ["warn: no address 10.0.2.15: the server 10.0.2.2 has refused it: taken"]);
  asking.waitUntil(4);
  assert.equal(asking.news(), ["discover to 255.255.255.255"]);
});

test("a refusal of a renewal gives the address up", () => {
  const made = boundClient();
  made.waitUntil(500);
  made.news();
  made.receive(answer(made, "nak"));
  assert.equal(made.news(), ["release: the server 10.0.2.2 has refused it"]);
  made.waitUntil(504);
  assert.equal(made.news(), ["discover to 255.255.255.255"]);
});

/** Changes that make an answer one that the client must ignore. */
const FOREIGN: { readonly [why: string]: Partial<DhcpMessage> } = {
  "another exchange": { transaction: 1 },
  "another client": { hardware: Uint8Array.of(1, 2, 3, 4, 5, 6) },
  "a client's message": { from: "client" },
};

test("answers of other exchanges and other servers are ignored", () => {
  for (const [why, changes] of Object.entries(FOREIGN)) {
    const made = client();
    made.receive(answer(made, "offer", changes));
    assert.equal(made.state().name, "selecting", why);
    made.receive(answer(made, "offer"));
    for (const type of ["ack", "nak"] as const) made.receive(answer(made, type, changes));
    assert.equal(made.state().name, "requesting", why);
  }
  const made = client();
  made.receive(answer(made, "ack"));
  assert.equal(made.state().name, "selecting", "an answer before the request");
  made.receive(answer(made, "offer"));
  made.receive(answer(made, "offer"));
  for (const type of ["ack", "nak"] as const)
    made.receive(answer(made, type, { options: { server: "10.0.2.9" } }));
  made.receive(answer(made, "ack", { yourAddress: "10.0.2.16" }));
  assert.equal(made.state().name, "requesting", "another server or address");
});

test("messages that mean nothing do not keep the client from repeating its own", () => {
  const around = { hardware: HARDWARE, now: 4, random: () => 0.5 };
  const { state } = step({ ...around, now: 0 }, initialState(0));
  const noise = answer(client(), "offer", { transaction: 1 });
  assert.equal(step(around, state, noise).actions.map(shown), ["discover to 255.255.255.255"]);
});

test("any server may extend the lease once its own does not answer", () => {
  const made = boundClient();
  made.waitUntil(500);
  made.receive(answer(made, "ack", { options: { server: "10.0.2.9" } }));
  assert.equal(made.state().name, "renewing");
  made.waitUntil(880);
  made.receive(answer(made, "ack", { yourAddress: "10.0.2.16", options: { server: "10.0.2.9" } }));
  assert.equal(made.state().name, "rebinding", "but not by another address");
  made.receive(answer(made, "ack", { options: { server: "10.0.2.9" } }));
  const state = made.state();
  assert.ok(state.name === "bound");
  assert.equal(state.lease.server, "10.0.2.9");
});

test("offers that cannot be used are ignored, and odd values in them", () => {
  const unusable: readonly Partial<DhcpMessage>[] = [
    ...["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"].map((yourAddress) => ({ yourAddress })),
    ...[{ leaseSeconds: 0 }, { leaseSeconds: 9 }, { server: "0.0.0.0" }].map((options) => ({ options })),
  ];
  for (const changes of unusable) {
    const made = client();
    made.receive(answer(made, "offer", changes));
    assert.equal(made.state().name, "selecting", JSON.stringify(changes));
  }
  const state = boundClient({
    subnetMask: "255.0.255.0",
    mtu: 68,
    nameServers: ["0.0.0.0", "255.255.255.255", "10.0.2.3"],
    routers: ["0.0.0.0", "10.0.2.1"],
    routes: [{ destination: { address: "10.9.0.0", prefix: 16 }, gateway: "127.0.0.1" }],
  }).state();
  assert.ok(state.name === "bound");
  assert.equal(state.lease.subnet.prefix, 8, "10/8 is of class A");
  assert.equal([state.lease.mtu, state.lease.nameServers, state.lease.routes], [undefined, ["10.0.2.3"], []]);
});

/** An answer of the server whose bytes were changed in places, or time that passes. */
const EVENT = fc.record({
  type: fc.constantFrom("offer" as const, "ack" as const, "nak" as const),
  seconds: fc.integer({ min: 0, max: 400 }),
  leaseSeconds: fc.constantFrom(0, 10, 60, LEASE_SECONDS, 0xffffffff),
  damage: fc.array(fc.tuple(fc.nat(320), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
});

test("whatever arrives, the client neither fails nor floods the network", () => {
  fc.assert(
    fc.property(fc.array(EVENT, { maxLength: 30 }), (events) => {
      const made = client();
      let received = 0;
      for (const { type, seconds, leaseSeconds, damage } of events) {
        made.waitUntil(made.now() + seconds);
        const bytes = encodeMessage(answer(made, type, { options: { leaseSeconds } }));
        for (const [at, value] of damage) if (at < bytes.length) bytes[at] = value;
        received += 1;
        made.receive(decodeMessage(bytes));
        const state = made.state();
        assert.ok(state.wakeAt > made.now(), "it would never sleep");
        if ("lease" in state)
          assert.ok(state.lease.expiresAt > state.lease.rebindAt || state.wakeAt === Infinity);
      }
      const sent = made.news().filter((text) => / to /.test(text)).length;
      assert.ok(sent <= 1 + received + made.now() / 3, `${sent} messages in ${made.now()} s`);
    }),
  );
});
