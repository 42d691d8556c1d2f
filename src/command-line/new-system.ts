/** The files of a new system: a small example of each part of a declaration. */

export interface NewFile {
  readonly path: string;
  readonly text: string;
}

export function newSystemFiles(name: string): NewFile[] {
  return [
    { path: "system.ts", text: systemText(name) },
    { path: "app/main.ts", text: APP },
    { path: "tsconfig.json", text: TSCONFIG },
    { path: ".gitignore", text: ".bq2\nnode_modules\n" },
  ];
}

const systemText = (
  name: string,
): string => `import { dhcp, file, folder, service, system, user } from "bq2/system";

export default system({
  name: "${name}",
  files: [file("/etc/motd", "This is ${name}.\\n"), folder("/srv/${name}", "./app")],
  users: [user("${name}", { home: "/var/lib/${name}" })],
  services: [
    service("${name}", {
      run: ["bq2", "run", "/srv/${name}/main.ts"],
      user: "${name}",
      after: ["network"],
    }),
  ],
  network: dhcp(),
});
`;

const APP = `// Runs inside the image, as the service that system.ts declares. Its output goes to the service's log.
import { clock } from "bq2";

for (let count = 1; ; count++) {
  console.log(\`This service has counted to \${count}.\`);
  await clock.sleep(10);
}
`;

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2023",
    "lib": ["es2023"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "allowImportingTsExtensions": true,
    "erasableSyntaxOnly": true,
    "noEmit": true,
    "skipLibCheck": true,
    "strict": true,
    "types": []
  },
  "include": ["system.ts"]
}
`;
