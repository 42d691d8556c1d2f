/**
 * `npm run schemas`: writes `schemas/*.json`, JSON Schema files made from the valibot schemas of
 * `src/plan`, so that editors complete and check plans and overrides. With `--check` (the gate) nothing is
 * written; it ends with 1 where a file is not what would be written.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { errorCode } from "../src/base/error.ts";
import { prettyJson } from "../src/base/json.ts";
import { OverridesSchema } from "../src/plan/overrides.ts";
import { PlanSchema } from "../src/plan/plan.ts";
import { ReportSchema } from "../src/plan/report.ts";
import { StateSchema } from "../src/plan/state.ts";
import { projectFolder } from "./project-files.ts";

const SCHEMAS: { readonly [name: string]: { readonly title: string; readonly schema: GenericSchema } } = {
  plan: { title: "sysroot-build-plan.json", schema: PlanSchema },
  overrides: { title: "sysroot-build-overrides.json", schema: OverridesSchema },
  state: { title: "sysroot-build-state.json", schema: StateSchema },
  report: { title: "a file of sysroot-build-reports/", schema: ReportSchema },
};

const DRAFT = "http://json-schema.org/draft-07/schema#"; // what editors understand

const folder = join(projectFolder, "schemas");

function jsonSchemaText(title: string, schema: GenericSchema): string {
  return prettyJson({
    $schema: DRAFT,
    title,
    ...toJsonSchema(schema, { target: "draft-07", typeMode: "input" }),
  });
}

function currentText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

const isCheck = process.argv[2] === "--check";
if (!isCheck) mkdirSync(folder, { recursive: true });
for (const [name, { title, schema }] of Object.entries(SCHEMAS)) {
  const path = join(folder, `${name}.json`);
  const text = jsonSchemaText(title, schema);
  if (currentText(path) === text) continue;
  if (isCheck) {
    console.log(`schemas/${name}.json is not what src/plan says (hint: run \`npm run schemas\`)`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
    console.log(`Wrote schemas/${name}.json`);
  }
}
