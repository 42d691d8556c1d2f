/** Compares the entries of a tree on disk, contents included, with its manifest, and collects the damage. */
import { dirname } from "../base/path.ts";
import type { FileStatus, Platform } from "../platform/platform.ts";
import type { Damage } from "./damage.ts";
import { foundSha256 } from "./file.ts";
import type { Manifest, ManifestEntry } from "./manifest.ts";

export class TreeCheck {
  readonly damages: Damage[] = [];
  readonly #platform: Platform;
  readonly #root: string;
  readonly #manifest: Manifest;
  readonly #owner: number | undefined;
  #names: ReadonlyMap<string, ReadonlySet<string>> | undefined;

  constructor(platform: Platform, root: string, manifest: Manifest) {
    this.#platform = platform;
    this.#root = root;
    this.#manifest = manifest;
    this.#owner = platform.files.status(root)?.uid;
  }

  entry(entry: ManifestEntry, status: FileStatus | undefined): void {
    if (status === undefined) this.#missing(entry);
    else if (this.#hasItsFacts(entry, status)) this.#content(entry, status);
  }

  /** Reports nothing below a folder that is missing or no longer a folder: the folder itself is reported. */
  #missing(entry: ManifestEntry): void {
    const path = placeIn(this.#root, entry.path);
    if (entry.path !== "" && this.#platform.files.status(dirname(path))?.kind !== "folder") return;
    this.#isEqual(entry.path, kindOf(entry), "nothing");
  }

  #hasItsFacts(entry: ManifestEntry, status: FileStatus): boolean {
    return (
      this.#isEqual(entry.path, kindOf(entry), status.kind) &&
      this.#isEqual(entry.path, `owner ${this.#owner}`, `owner ${status.uid}`) &&
      // Linux gives all symbolic links one mode.
      (entry.kind === "symlink" || this.#isEqual(entry.path, modeText(entry.mode), modeText(status.mode)))
    );
  }

  #content(entry: ManifestEntry, status: FileStatus): void {
    const { files } = this.#platform;
    const { path } = entry;
    const place = placeIn(this.#root, path);
    switch (entry.kind) {
      case "folder":
        this.#added(path);
        break;
      case "symlink":
        this.#isEqual(path, `a link to ${entry.target}`, `a link to ${files.readLink(place)}`);
        break;
      case "hardlink": {
        const isLinked = files.status(placeIn(this.#root, entry.target))?.identity === status.identity;
        const wanted = `a hard link to ${entry.target}`;
        this.#isEqual(path, wanted, isLinked ? wanted : "another file");
        break;
      }
      case "file":
        if (this.#isEqual(path, `${entry.size} bytes`, `${status.size} bytes`))
          this.#isEqual(path, `sha256 ${entry.sha256}`, `sha256 ${foundSha256(this.#platform, place)}`);
        break;
    }
  }

  /** Reports names that are not in the manifest. */
  #added(folder: string): void {
    this.#names ??= namesByFolder(this.#manifest);
    const names = this.#names.get(folder);
    for (const name of this.#platform.files.list(placeIn(this.#root, folder))) {
      if (!names?.has(name))
        this.#isEqual(folder === "" ? name : `${folder}/${name}`, "nothing", "an added entry");
    }
  }

  #isEqual(path: string, wanted: string, found: string): boolean {
    if (wanted !== found) this.damages.push({ path: placeIn(this.#root, path), wanted, found });
    return wanted === found;
  }
}

export function placeIn(root: string, path: string): string {
  return path === "" ? root : `${root}/${path}`;
}

function kindOf({ kind }: ManifestEntry): string {
  return kind === "hardlink" ? "file" : kind;
}

function modeText(mode: number): string {
  return `mode ${mode.toString(8).padStart(4, "0")}`;
}

function namesByFolder(manifest: Manifest): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const { path } of manifest) {
    if (path === "") continue;
    const cut = path.lastIndexOf("/");
    const folder = cut < 0 ? "" : path.slice(0, cut);
    const siblings = names.get(folder) ?? new Set();
    names.set(folder, siblings.add(path.slice(cut + 1)));
  }
  return names;
}
