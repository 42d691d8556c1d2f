/** Types of a seed: the request, what it resolves to, and the seed on the disk. */
import * as v from "valibot";
import type { Arch } from "../base/arch.ts";
import type { Warn } from "../kept/damage.ts";
import type { Archive } from "../plan/source.ts";
import type { FetchOptions } from "../sources/fetch.ts";
import type { ApkRecord } from "./apk-index.ts";
import type { ResolvedPackage } from "./apt.ts";

/** A folder of the host and its path in the seed; read-only. */
export const BindSchema = v.object({ source: v.string(), target: v.string() });
export type SeedBind = v.InferOutput<typeof BindSchema>;

/**
 * A file whose change makes a different seed. `fingerprint` is of `kept/fingerprints.ts`; older records have
 * none.
 */
export const WatchedSchema = v.object({ path: v.string(), fingerprint: v.optional(v.string()) });
export type WatchedFile = v.InferOutput<typeof WatchedSchema>;

/** The seed's files: a separate folder, or bound folders of the host. */
export type SeedBase =
  | { readonly kind: "tree"; readonly folder: string }
  | { readonly kind: "host"; readonly binds: readonly SeedBind[] };

export interface Seed {
  readonly name: string;
  readonly arch: Arch;
  /** sha256 of the contents: equal digests mean equal files. */
  readonly digest: string;
  readonly base: SeedBase;
  /** Whether `bq2` made this root filesystem, so that its toolchain is our own. */
  readonly isOwn: boolean;
}

/** A seed before its files are made. */
export type ResolvedSeed = { readonly name: string; readonly arch: Arch; readonly digest: string } & (
  | { readonly kind: "debian"; readonly packages: readonly ResolvedPackage[] }
  | { readonly kind: "alpine"; readonly minirootfs: Archive; readonly apks: readonly ApkRecord[] }
  /** `download`: the archive to fetch, if the file is not on this machine. */
  | { readonly kind: "tarball"; readonly file: string; readonly download?: Archive }
  | { readonly kind: "host"; readonly binds: readonly SeedBind[]; readonly watched: readonly WatchedFile[] }
);

export interface SeedPackage {
  /** Debian's name for the package. */
  readonly name: string;
  /** One of its programs. A seed without Debian's packages must have this program. */
  readonly program: string;
}

export interface SeedRequest extends FetchOptions {
  /**
   * A name that `resolveSeed` knows, or a tarball's URL or path (absolute or relative to the current folder).
   */
  readonly name: string;
  readonly arch: Arch;
  /** The packages that the seed must have (`pkgs/seed-packages.ts`). */
  readonly packages: readonly SeedPackage[];
  /** A tarball's sha256, if known beforehand. */
  readonly sha256?: string | undefined;
  /** The digest in the state: only this seed is accepted. */
  readonly digest?: string | undefined;
  /** Called with what begins: `resolving packages`, `unpacking 81 packages`. */
  readonly onProgress?: (text: string) => void;
  /** Called with the damage found in a seed that was made earlier. */
  readonly onDamage?: Warn;
}
