/** The program on QuickJS: inside the image, from process 1 to the build. */
import * as native from "bq2:native";
import { main, type World } from "../bq2.ts";
import { basename, dirname } from "./base/path.ts";
import { SYSCALLS } from "./platform/linux-abi.ts";
import { quickjsPlatform } from "./platform/quickjs.ts";

/** Where the image has this program's source; from source (`native/bootstrap.mjs`) it is where that lies. */
const OWN_SOURCE = "/workspace/bq2";

const OWN_ARCHIVES = "/workspace/sources";

const platform = quickjsPlatform();
const [program = "bq2"] = platform.host.self;
const name = basename(platform.host.argv[0] ?? "bq2");
const isFromSource = import.meta.url.startsWith("/");
const projectFolder = isFromSource ? dirname(dirname(import.meta.url)) : OWN_SOURCE;

const world: World = {
  platform,
  program,
  projectFolder,
  async surroundings() {
    const { programCommand } = await import("./commands/program.ts");
    const { COMPILER_PROGRAM } = await import("./program/compiler.ts");
    return {
      fetcher: { get: () => Promise.reject(new Error("no network")), close: async () => {} },
      terminalProgress: undefined,
      archives: platform.files.status(OWN_ARCHIVES) === undefined ? undefined : OWN_ARCHIVES,
      engineCommands: {
        program: programCommand({
          compile: native.compile,
          addCompiler: () => {
            if (!isFromSource) native.addProgram(COMPILER_PROGRAM);
          },
        }),
      },
    };
  },
  applet: async () => undefined,
};

const code = await main(world, isFromSource ? "bq2" : name, platform.host.argv.slice(1));
native.syscall(SYSCALLS.exit_group[platform.host.arch], code);
