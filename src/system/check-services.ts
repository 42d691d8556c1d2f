/** What a schema of single services cannot check: how the services of a system fit together. */
import { Bq2Error } from "../base/error.ts";
import type { Service } from "./description.ts";

/** What a service can wait for besides other services. */
export const CONDITIONS = ["network", "time"] as const;
export type Condition = (typeof CONDITIONS)[number];

export function isCondition(word: string): word is Condition {
  return (CONDITIONS as readonly string[]).includes(word);
}

export interface ServiceProblem {
  readonly service: Service;
  readonly problem: string;
}

/** Throws Bq2Error `bad-services` for services that cannot be started as described. */
export function checkServices(services: readonly Service[]): void {
  const [first] = serviceProblems(services);
  if (first === undefined) return;
  throw new Bq2Error(`Cannot use the service ${first.service.name}: ${first.problem}`, {
    code: "bad-services",
    hint: "correct the services of the system and build its image again",
  });
}

/** Why the services cannot be started as described. A circle is reported once, at its first service. */
export function serviceProblems(services: readonly Service[]): ServiceProblem[] {
  const names = services.map(({ name }) => name);
  const inCircles = new Set<string>();
  return services.flatMap((service, index) => {
    const { name, kind, everySeconds } = service;
    const problems: string[] = [];
    if (isCondition(name)) problems.push(`the name means a condition (${CONDITIONS.join(", ")})`);
    if (names.indexOf(name) !== index) problems.push("another service has the same name");
    for (const word of service.after)
      if (!isCondition(word) && !names.includes(word))
        problems.push(`it starts after ${word}, which does not exist`);
    if (kind === "daemon" && everySeconds !== null)
      problems.push("only a service of kind `once` runs again every so many seconds");
    const circle = inCircles.has(name) ? undefined : circleFrom(name, services);
    for (const member of circle ?? []) inCircles.add(member);
    if (circle !== undefined) problems.push(`it would wait for itself: ${circle.join(" after ")}`);
    return problems.map((problem) => ({ service, problem }));
  });
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
