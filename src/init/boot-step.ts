/** The steps of a boot, as values; `perform.ts` performs them. */

/** One step. `needed`: the system is unusable without it, so a failure opens the rescue prompt. */
export type BootStep = BootWork & { readonly why: string; readonly needed: boolean };

export type BootWork =
  | {
      readonly kind: "mount";
      /** A name in /proc/filesystems. */
      readonly type: string;
      readonly target: string;
      /** A sum of MS_…. */
      readonly flags: number;
      readonly options: string;
      /** Skip the mount if `target` does not exist: the machine lacks the feature. */
      readonly isOptional: boolean;
    }
  | { readonly kind: "folder"; readonly path: string; readonly mode: number }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  /** A file of /proc/sys. */
  | { readonly kind: "setting"; readonly path: string; readonly value: string }
  | { readonly kind: "writable"; readonly path: string }
  | { readonly kind: "hostname"; readonly from: string }
  /** Sets the clock to a file's time if it is behind that. */
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
  writable: ({ path }) => `make ${path} writable`,
  hostname: ({ from }) => `name the machine from ${from}`,
  clock: ({ notBefore }) => `keep the clock from being behind ${notBefore}`,
  "interface-up": ({ name }) => `bring up network interface ${name}`,
  "ctrl-alt-del": () => "route Ctrl-Alt-Del to process 1",
};

/** The step in words, such as "mount proc on /proc". */
export function describeStep<K extends BootWork["kind"]>(work: BootWorkOf<K>): string {
  return DESCRIBE[work.kind as K](work);
}
