/** What a schema of single services cannot check: how the services of a system fit together. */
import { Bq2Error } from "../base/error.ts";
import type { Service } from "./description.ts";

/** What a service can wait for besides other services. */
export const CONDITIONS = ["network", "time"] as const;
export type Condition = (typeof CONDITIONS)[number];

export function isCondition(word: string): word is Condition {
  return (CONDITIONS as readonly string[]).includes(word);
}

/** Throws Bq2Error `bad-services` for services that cannot be started as described. */
export function checkServices(services: readonly Service[]): void {
  const names = services.map(({ name }) => name);
  for (const [index, service] of services.entries()) {
    const { name } = service;
    if (isCondition(name)) refuse(name, `the name means a condition (${CONDITIONS.join(", ")})`);
    if (names.indexOf(name) !== index) refuse(name, "another service has the same name");
    for (const word of service.after)
      if (!isCondition(word) && !names.includes(word))
        refuse(name, `it starts after ${word}, which does not exist`);
    if (service.kind === "daemon" && service.everySeconds !== null)
      refuse(name, "only a service of kind `once` runs again every so many seconds");
  }
  for (const { name } of services) {
    const circle = circleFrom(name, services);
    if (circle !== undefined) refuse(name, `it would wait for itself: ${circle.join(" after ")}`);
  }
}

/** The names on the way from `start` back to it; undefined if there is no such way. */
function circleFrom(start: string, services: readonly Service[]): readonly string[] | undefined {
  const seen = new Set<string>();
  const search = (name: string): readonly string[] | undefined => {
    for (const next of services.find((service) => service.name === name)?.after ?? []) {
      if (next === start) return [name, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const rest = search(next);
      if (rest !== undefined) return [name, ...rest];
    }
    return undefined;
  };
  return search(start);
}

function refuse(name: string, problem: string): never {
  throw new Bq2Error(`Cannot use the service ${name}: ${problem}`, {
    code: "bad-services",
    hint: "correct the services of the system and build its image again",
  });
}
