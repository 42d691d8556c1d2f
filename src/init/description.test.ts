import { assert, test } from "../base/testing.ts";
import { DESCRIPTION_FILE, DESCRIPTION_FORMAT } from "../system/description.ts";
import { readDescription } from "./description.ts";
import { testService } from "./service/test-service.ts";
import { testMachine } from "./test-machine.ts";

const DESCRIPTION = {
  format: DESCRIPTION_FORMAT,
  name: "notes",
  sysctls: {},
  network: { interfaces: [], nameServers: [] },
  services: [testService("web")],
};

function read(text: string) {
  return readDescription(testMachine({ [DESCRIPTION_FILE]: text }).platform.files);
}

test("a description is read; without the file there is none", async () => {
  assert.equal(await read(JSON.stringify(DESCRIPTION)), DESCRIPTION);
  assert.equal(await readDescription(testMachine({}).platform.files), undefined);
});

test("an invalid file is refused with its place", async () => {
  await assert.rejects(() => read("{"), /Cannot read \/etc\/bq2\/system\.json/);
  const bad = { ...DESCRIPTION, services: [{ ...testService("web"), restart: "sometimes" }] };
  await assert.rejects(() => read(JSON.stringify(bad)), /at \$\.services\.0\.restart/);
  const twice = { ...DESCRIPTION, services: [testService("web"), testService("web")] };
  await assert.rejects(() => read(JSON.stringify(twice)), /another service has the same name/);
});
