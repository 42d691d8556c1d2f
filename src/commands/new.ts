import { Bq2Error } from "../base/error.ts";
import { basename, dirname, resolvePath } from "../base/path.ts";
import { encodeUtf8 } from "../base/text.ts";
import { quoteWords } from "../base/words.ts";
import { defineCommand } from "../command-line/command.ts";
import { newSystemFiles } from "../command-line/new-system.ts";
import { makeFolders } from "../platform/files.ts";
import { isName } from "../system/description.ts";

export const command = defineCommand<Readonly<Record<never, never>>, [string]>({
  description:
    "Makes a folder with a system to start from: system.ts declares it, app/ has the program that it\n" +
    "runs, and tsconfig.json is for editors. The last part of the name is the system's name.",
  parameters: {
    flags: {},
    positional: { kind: "tuple", parameters: [{ parse: String, brief: "The folder", placeholder: "NAME" }] },
  },
  func(_flags, word) {
    const { files, host } = this.platform;
    const folder = resolvePath(host.cwd, word);
    const name = basename(folder);
    if (!isName(name)) {
      throw new Bq2Error(
        `Cannot make the system ${name}: its name must be lower-case letters, digits and hyphens`,
        {
          code: "bad-name",
          hint: "give another name, such as bq2 new notes",
        },
      );
    }
    if (files.status(folder) !== undefined) {
      throw new Bq2Error(`Cannot make ${folder}: something has that name already`, {
        code: "target-exists",
        hint: "give another name",
      });
    }
    for (const { path, text } of newSystemFiles(name)) {
      makeFolders(files, dirname(`${folder}/${path}`), 0o755);
      files.writeFile(`${folder}/${path}`, encodeUtf8(text));
    }
    this.process.stdout.write(
      `Made ${folder}\n\nBuild it  cd ${quoteWords([word])} && ${quoteWords([this.program, "build"])}\n`,
    );
  },
});
