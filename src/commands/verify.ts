/** The proofs: each a command of its own. */
import { buildRouteMap } from "@stricli/core";
import { BRIEFS } from "./briefs.ts";
import { verifyFixpoint } from "./verify-fixpoint.ts";
import { verifyLedger } from "./verify-ledger.ts";
import { verifyRootfs } from "./verify-rootfs.ts";
import { verifySame } from "./verify-same.ts";
import { verifySeeds } from "./verify-seeds.ts";
import { verifyVary } from "./verify-vary.ts";

export const verify = buildRouteMap({
  routes: {
    rootfs: verifyRootfs,
    same: verifySame,
    vary: verifyVary,
    seeds: verifySeeds,
    fixpoint: verifyFixpoint,
    ledger: verifyLedger,
  },
  docs: { brief: BRIEFS.verify },
});
