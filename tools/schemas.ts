/**
 * `npm run schemas`: writes `dist/schemas/*.json`, JSON Schema files made from the valibot schemas of
 * `src/plan`, so that editors can complete and check plans and overrides. Throws if JSON Schema cannot
 * express a schema.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { prettyJson } from "../src/base/json.ts";
import { FailureReportSchema } from "../src/plan/failure-report.ts";
import { OverridesSchema } from "../src/plan/overrides.ts";
import { PlanSchema } from "../src/plan/plan.ts";
import { StateSchema } from "../src/plan/state.ts";
import { projectFolder } from "./project-files.ts";

const SCHEMAS: { readonly [name: string]: { readonly title: string; readonly schema: GenericSchema } } = {
  plan: { title: "sysroot-build-plan.json", schema: PlanSchema },
  overrides: { title: "sysroot-build-overrides.json", schema: OverridesSchema },
  state: { title: "sysroot-build-state.json", schema: StateSchema },
  "failure-report": { title: "a file of sysroot-build-reports/", schema: FailureReportSchema },
};

const DRAFT = "http://json-schema.org/draft-07/schema#"; // editors understand this version

const folder = join(projectFolder, "dist", "schemas");

function jsonSchemaText(title: string, schema: GenericSchema): string {
  return prettyJson({
    $schema: DRAFT,
    title,
    ...toJsonSchema(schema, { target: "draft-07", typeMode: "input" }),
  });
}

mkdirSync(folder, { recursive: true });
for (const [name, { title, schema }] of Object.entries(SCHEMAS)) {
  writeFileSync(join(folder, `${name}.json`), jsonSchemaText(title, schema));
  console.log(`Wrote dist/schemas/${name}.json`);
}
