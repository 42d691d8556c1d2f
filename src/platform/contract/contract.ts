/**
 * The tests that every {@link Platform} must pass. The test file of each implementation calls
 * {@link platformContract} with its platform.
 */
import { test } from "../../base/testing.ts";
import { makeFolders, removeTree } from "../files.ts";
import { beneathContract } from "./beneath.ts";
import { bulkContract } from "./bulk.ts";
import { descriptorContract } from "./descriptors.ts";
import { fileContract } from "./files.ts";
import { kernelContract } from "./kernel.ts";
import { processContract } from "./processes.ts";
import type { ContractOptions, InFolder } from "./words.ts";

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
  beneathContract(options, inFolder);
  processContract(options, inFolder);
  bulkContract(options, inFolder);
  kernelContract(options, inFolder);
}
