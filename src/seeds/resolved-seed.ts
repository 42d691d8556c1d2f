/** What a seed is, in values: what is asked for, what it resolves to, and what is on the disk. */
import * as v from "valibot";
import type { Arch } from "../base/arch.ts";
import type { Report } from "../kept/damage.ts";
import type { Archive } from "../plan/source.ts";
import type { FetchOptions } from "../sources/fetch.ts";
import type { ApkRecord } from "./apk-index.ts";
import type { ResolvedPackage } from "./apt.ts";

/** A folder of the host and where it stands in the seed; read-only. */
export const BindSchema = v.object({ source: v.string(), target: v.string() });
export type SeedBind = v.InferOutput<typeof BindSchema>;

/** A file whose change means that the seed is another one, as `kept/fingerprints.ts` has it; older records have none. */
export const WatchedSchema = v.object({ path: v.string(), fingerprint: v.optional(v.string()) });
export type WatchedFile = v.InferOutput<typeof WatchedSchema>;

/** What the seed's files are: a folder of its own, or the host's, bound. */
export type SeedBase =
  | { readonly kind: "tree"; readonly folder: string }
  | { readonly kind: "host"; readonly binds: readonly SeedBind[] };

export interface Seed {
  readonly name: string;
  readonly arch: Arch;
  /** sha256 over what the seed is: equal digests, equal files. */
  readonly digest: string;
  readonly base: SeedBase;
  /** It is a rootfs that `bq2` made: its toolchain is our own. */
  readonly isOwn: boolean;
}

/** What a seed is, before its files are there. */
export type ResolvedSeed = { readonly name: string; readonly arch: Arch; readonly digest: string } & (
  | { readonly kind: "debian"; readonly packages: readonly ResolvedPackage[] }
  | { readonly kind: "alpine"; readonly minirootfs: Archive; readonly apks: readonly ApkRecord[] }
  /** `download`: what the file is fetched as, where it is not on this machine. */
  | { readonly kind: "tarball"; readonly file: string; readonly download?: Archive }
  | { readonly kind: "host"; readonly binds: readonly SeedBind[]; readonly watched: readonly WatchedFile[] }
);

export interface SeedPackage {
  /** Debian's name of it. */
  readonly name: string;
  /** A program of it, by which another seed is seen to have it. */
  readonly program: string;
}

export interface SeedRequest extends FetchOptions {
  /** A name that {@link resolveSeed} knows, or a tarball's path (absolute, or from the current folder) or URL. */
  readonly name: string;
  readonly arch: Arch;
  /** What a Debian seed must hold (`pkgs/seed-packages.ts`). */
  readonly packages: readonly SeedPackage[];
  /** A tarball's sha256, where it is known beforehand. */
  readonly sha256?: string | undefined;
  /** The seed that the state names: opened if it is there, and no other one is accepted. */
  readonly digest?: string | undefined;
  /** Told what begins: `resolving packages`, `unpacking 81 packages`. */
  readonly onProgress?: (text: string) => void;
  /** Given what is found damaged of a seed that was laid out before. */
  readonly onDamage?: Report;
}
