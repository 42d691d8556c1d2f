import { defineGroup } from "../../command-line/command.ts";
import { diffCommand } from "./diff.ts";
import { showCommand } from "./show.ts";

export const command = defineGroup({
  show: showCommand("Show every value of a system, defaults included"),
  diff: diffCommand("Show how two systems differ"),
});
