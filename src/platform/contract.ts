/**
 * What every {@link Platform} must do, as tests. Each maker's own test file calls
 * {@link platformContract} with its platform; the code is the same for all.
 */
import { assert, test } from "../base/testing.ts";
import { bulkContract } from "./contract-bulk.ts";
import { fileContract } from "./contract-files.ts";
import { processContract } from "./contract-processes.ts";
import { makeFolders, removeTree } from "./files.ts";
import type { Compression, Platform } from "./platform.ts";

export interface ContractOptions {
  /** What the tests' names begin with. */
  readonly name: string;
  readonly platform: Platform;
  /** A folder that the tests may make and remove things in; it need not exist. */
  readonly folder: string;
  /** Kinds of files that can be unpacked. */
  readonly decompressors: readonly Compression[];
  /** Whether files keep holes (tmpfs, ext4, xfs, btrfs do). */
  readonly hasHoles: boolean;
}

/** Declares a test that gets a fresh folder, which is removed at the end. */
export type InFolder = (name: string, body: (folder: string) => void | Promise<void>) => void;

export function platformContract(options: ContractOptions): void {
  const { platform } = options;
  let count = 0;
  const inFolder: InFolder = (name, body) =>
    test(`${options.name}: ${name}`, async () => {
      const folder = `${options.folder}/${++count}`;
      removeTree(platform.files, folder);
      makeFolders(platform.files, folder);
      await body(folder);
      removeTree(platform.files, folder);
    });
  fileContract(options, inFolder);
  processContract(options, inFolder);
  bulkContract(options, inFolder);

  test(`${options.name}: the clocks go forward`, async () => {
    const before = platform.clock.monotonicSeconds();
    assert.ok(platform.clock.nowMicroseconds() >= 0);
    await platform.clock.sleep(0);
    assert.ok(platform.clock.monotonicSeconds() >= before);
  });
}
