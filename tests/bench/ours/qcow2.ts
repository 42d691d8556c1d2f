/** `qcow2 DISK OUTPUT`: converts a raw disk to a compressed QCOW2 image. */
import { statSync } from "node:fs";
import process from "node:process";
import { writeQcow2 } from "../../../src/formats/qcow2/writer.ts";
import { nodePlatform } from "../../../src/platform/node/platform.ts";
import { FileSink } from "../../../src/trees/file-sink.ts";
import { OpenFiles } from "../../../src/trees/open-files.ts";

const [disk = "", output = ""] = process.argv.slice(2);
const { files, bulk } = nodePlatform();
const sources = new OpenFiles(files);
const fd = files.open(output, "create");
const sink = new FileSink(files, fd);
const length = await writeQcow2(sources.contentOf(disk, statSync(disk).size), sink, { compress: true, bulk });
sink.flush();
files.truncate(fd, length);
files.close(fd);
