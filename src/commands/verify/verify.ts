/** The proofs: one command and one entry here for each. */
import { defineGroup } from "../../command-line/command.ts";
import { command as fixpoint } from "./fixpoint.ts";
import { command as ledger } from "./ledger.ts";
import { command as rootfs } from "./rootfs.ts";
import { command as same } from "./same.ts";
import { command as seeds } from "./seeds.ts";
import { command as store } from "./store.ts";
import { command as vary } from "./vary.ts";

export const command = defineGroup({
  rootfs: rootfs("Search the finished rootfs for traces of the build"),
  same: same("Compare what two builds made, package by package"),
  vary: vary("Build again under other conditions, and name the first step that differs"),
  seeds: seeds("Build with two seeds, and compare"),
  fixpoint: fixpoint("Build again with the build's own rootfs as the seed, and compare"),
  ledger: ledger("List the machine code that each step saw but no step of this project made"),
  store: store("Hash everything in the cache again, and name what is damaged"),
});
