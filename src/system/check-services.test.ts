import * as v from "valibot";
import { assert, test } from "../base/testing.ts";
import { checkServices } from "./check-services.ts";
import { service as declared } from "./constructors.ts";
import { type Service, ServiceSchema } from "./description.ts";

function service(name: string, changes: Partial<Service> = {}): Service {
  return { ...declared(name, { run: ["web"] }), ...changes };
}

test("services may wait for each other and for conditions", () => {
  checkServices([
    service("app", { after: ["database", "network"] }),
    service("database", { after: ["time"] }),
    service("backup", { kind: "once", restart: "on-failure", everySeconds: 60, after: ["database"] }),
  ]);
});

const BAD: readonly (readonly [services: readonly Service[], problem: RegExp])[] = [
  [[service("a"), service("a")], /the service a: another service has the same name/],
  [[service("network")], /network: the name means a condition/],
  [[service("a", { after: ["b"] })], /a: it starts after b, which does not exist/],
  [[service("a", { after: ["a"] })], /wait for itself: a after a$/],
  [
    [service("a", { after: ["b"] }), service("b", { after: ["c"] }), service("c", { after: ["a"] })],
    /wait for itself: a after b after c after a$/,
  ],
  [[service("a", { everySeconds: 1 })], /only a service of kind `once`/],
];

test("a service that is expected to end cannot state when it is ready, nor restart always", () => {
  const problemOf = (changes: Partial<Service>): string | undefined =>
    v.safeParse(ServiceSchema, service("a", { kind: "once", restart: "never", ...changes })).issues?.[0]
      .message;
  assert.equal(problemOf({}), undefined);
  assert.match(problemOf({ restart: "always" }) ?? "", /cannot restart always/);
  assert.match(problemOf({ ready: { kind: "notify" } }) ?? "", /ready when it has ended/);
});

test("what cannot be started as described is refused, and the service is named", () => {
  for (const [services, problem] of BAD) assert.throws(() => checkServices(services), problem);
});
