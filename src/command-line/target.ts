/** What a build is asked for: a profile by name, or a system file. */
import { Bq2Error } from "../base/error.ts";
import { basename, dirname, resolvePath } from "../base/path.ts";
import { parseAs } from "../plan/parse.ts";
import { type PlannedSystem, PlannedSystemSchema } from "../plan/plan.ts";
import { removeTree } from "../platform/files.ts";
import { SYSTEM_FILE, SYSTEM_WORKDIR, type Workspace } from "../runner/context/workspace.ts";
import type { Bq2Context } from "./context.ts";
import { foundationOf, type PlanChoice } from "./planning.ts";

export type Target =
  | { readonly kind: "profile"; readonly profile: string | undefined }
  | { readonly kind: "system"; readonly file: string };

export const systemParameter = {
  parse: String,
  brief: `A system file or its folder (default: ./${SYSTEM_FILE})`,
  placeholder: "FILE",
} as const;

/** The system file that the word names. Throws Bq2Error `no-system`. */
export function requireSystemFile(context: Bq2Context, word: string | undefined): string {
  const file = systemFileAt(context, word ?? SYSTEM_FILE);
  if (file !== undefined) return file;
  throw noSystem(word ?? SYSTEM_FILE);
}

/** The file itself, or the one in a folder; undefined if there is none. */
function systemFileAt({ platform: { files, host } }: Bq2Context, path: string): string | undefined {
  const absolute = resolvePath(host.cwd, path);
  const file = files.statusFollowed(absolute)?.kind === "folder" ? `${absolute}/${SYSTEM_FILE}` : absolute;
  return files.statusFollowed(file)?.kind === "file" ? file : undefined;
}

function noSystem(word: string): Bq2Error {
  return new Bq2Error(`Cannot find the system file ${word}`, {
    code: "no-system",
    hint: "make one with bq2 new; bq2 build also takes minimal, full and efi by name",
  });
}

export const targetParameters = {
  kind: "tuple",
  parameters: [
    {
      parse: String,
      optional: true,
      brief: `A system file or its folder, or minimal, full or efi (default: ./${SYSTEM_FILE} if there is one, else minimal)`,
      placeholder: "FILE|NAME",
    },
  ],
} as const;

/**
 * The target that the command line names. `profile` is the flag's value, another way to name a profile.
 *
 * @throws Bq2Error `bad-target` if both are given, `no-system` if there is no such file.
 */
export function targetOf(context: Bq2Context, word: string | undefined, profile: string | undefined): Target {
  if (word !== undefined && profile !== undefined) {
    throw new Bq2Error(`Cannot build both ${word} and profile ${profile}`, {
      code: "bad-target",
      hint: "leave --profile out",
    });
  }
  const isPath = word !== undefined && (word.includes("/") || word.endsWith(".ts") || word === ".");
  if (!isPath && (word ?? profile) !== undefined) return { kind: "profile", profile: word ?? profile };
  const file = systemFileAt(context, word ?? SYSTEM_FILE);
  if (file !== undefined) return { kind: "system", file };
  if (word === undefined) return { kind: "profile", profile: undefined };
  throw noSystem(word);
}

/** The workspace that the user chose, or the target's own; undefined: the default of the current folder. */
export function workdirOf(target: Target, workdir: string | undefined): string | undefined {
  if (workdir !== undefined || target.kind === "profile") return workdir;
  return `${dirname(target.file)}/${SYSTEM_WORKDIR}`;
}

/** Evaluates a system file. Throws Bq2Error `bad-system`. */
export async function evaluateSystem(
  context: Bq2Context,
  file: string,
  choice: PlanChoice,
): Promise<PlannedSystem> {
  const { evaluate, platform, projectFolder } = context;
  if (evaluate === undefined) {
    throw new Bq2Error(`Cannot evaluate ${file}: this bq2 evaluates no system files`, {
      code: "no-evaluation",
      hint: "build systems with the bq2 that runs on Node",
    });
  }
  const text = await evaluate({ file, projectFolder, request: foundationOf(platform, choice) });
  return parseAs(PlannedSystemSchema, text, basename(file), "correct the system file");
}

/** Makes the workspace remember the folder of its system file, which `folder(…)` is relative to. */
export function linkSystem({ platform: { files } }: Bq2Context, workspace: Workspace, file: string): void {
  const folder = dirname(file);
  const status = files.status(workspace.system);
  if (status?.kind === "symlink" && files.readLink(workspace.system) === folder) return;
  removeTree(files, workspace.system);
  files.symlink(folder, workspace.system);
}
