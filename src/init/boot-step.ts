/** What there can be to do at boot, as values; `perform.ts` does them. */

/** One thing to do. `needed`: where it fails the system is no system, and the rescue prompt comes first. */
export type BootStep = BootWork & { readonly why: string; readonly needed: boolean };

export type BootWork =
  | {
      readonly kind: "mount";
      /** As in /proc/filesystems. */
      readonly type: string;
      readonly target: string;
      /** A sum of MS_…. */
      readonly flags: number;
      readonly options: string;
      /** Nothing is mounted where there is no `target`: the machine has nothing of that kind. */
      readonly isOptional: boolean;
    }
  | { readonly kind: "folder"; readonly path: string; readonly mode: number }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  /** A file of /proc/sys. */
  | { readonly kind: "setting"; readonly path: string; readonly value: string }
  | { readonly kind: "writable"; readonly path: string }
  | { readonly kind: "hostname"; readonly from: string }
  /** Moves a clock that is behind the time of a file to that time. */
  | { readonly kind: "clock"; readonly notBefore: string }
  | { readonly kind: "interface-up"; readonly name: string }
  /** Ctrl-Alt-Del on the keyboard sends SIGINT to process 1. */
  | { readonly kind: "ctrl-alt-del" };

export type BootWorkOf<K extends BootWork["kind"]> = Extract<BootWork, { readonly kind: K }>;

const DESCRIBE: { readonly [K in BootWork["kind"]]: (work: BootWorkOf<K>) => string } = {
  mount: ({ type, target }) => `mount ${type} on ${target}`,
  folder: ({ path }) => `make folder ${path}`,
  link: ({ path, target }) => `link ${path} to ${target}`,
  setting: ({ path, value }) => `set ${path} to ${value}`,
  writable: ({ path }) => `see that ${path} can be written`,
  hostname: ({ from }) => `name the machine by ${from}`,
  clock: ({ notBefore }) => `see that the clock is not behind ${notBefore}`,
  "interface-up": ({ name }) => `bring up network interface ${name}`,
  "ctrl-alt-del": () => "have Ctrl-Alt-Del told to process 1",
};

/** The step in words, such as "mount proc on /proc". */
export function describeStep<K extends BootWork["kind"]>(work: BootWorkOf<K>): string {
  return DESCRIBE[work.kind as K](work);
}
