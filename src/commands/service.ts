import { type Definition, defineCommand, defineGroup } from "../command-line/command.ts";
import { requestOf } from "../init/service/client.ts";
import type { Request } from "../init/service/state.ts";

export const command: Definition = defineGroup({
  start: requesting("start")("Start a service, also one that has failed, and wait until it is ready"),
  stop: requesting("stop")("Stop a service, and wait until none of its processes is left"),
  restart: requesting("restart")("Stop a service if it runs, then start it"),
});

/** Prints the state in which the service ends; the exit code is 1 if it has failed. */
function requesting(request: Request): Definition {
  return defineCommand<Readonly<Record<never, never>>, [string]>({
    parameters: {
      flags: {},
      positional: {
        kind: "tuple",
        parameters: [{ brief: "Name of the service", parse: String, placeholder: "NAME" }],
      },
    },
    func(_flags, name) {
      const { state, pid, failure } = requestOf(this.platform, request, name);
      const detail = failure === null ? "" : `: ${failure}`;
      this.process.stdout.write(`${name}: ${state}${pid === null ? detail : `, process ${pid}`}\n`);
      if (failure !== null) this.setExitCode(1);
    },
  });
}
