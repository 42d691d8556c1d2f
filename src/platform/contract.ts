/**
 * What every {@link Platform} must do, as tests. Each maker's own test file calls
 * {@link platformContract} with its platform; the code is the same for all.
 */
import { test } from "../base/testing.ts";
import { bulkContract } from "./contract-bulk.ts";
import { descriptorContract } from "./contract-descriptors.ts";
import { fileContract } from "./contract-files.ts";
import { kernelContract } from "./contract-kernel.ts";
import { processContract } from "./contract-processes.ts";
import type { ContractOptions, InFolder } from "./contract-words.ts";
import { makeFolders, removeTree } from "./files.ts";

export function platformContract(options: ContractOptions): void {
  const { files } = options.platform;
  let count = 0;
  const inFolder: InFolder = (name, body) =>
    test(`${options.name}: ${name}`, async () => {
      const folder = `${options.folder}/${++count}`;
      removeTree(files, folder);
      makeFolders(files, folder);
      await body(folder);
      removeTree(files, folder);
    });
  fileContract(options, inFolder);
  descriptorContract(options, inFolder);
  processContract(options, inFolder);
  bulkContract(options, inFolder);
  kernelContract(options, inFolder);
}
