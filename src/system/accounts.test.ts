import { assert, test } from "../base/testing.ts";
import { accountFiles, groupIds, userIds } from "./accounts.ts";
import { group, user } from "./constructors.ts";

const system = {
  users: [user("web", { home: "/srv", groups: ["data", "tty"] }), user("db", { id: 1001 }), user("log")],
  groups: [group("data"), group("ops", { id: 1002 })],
};

test("ids follow the order of the declaration, and nobody gets one that is taken", () => {
  assert.equal(userIds(system).slice(2), [
    { name: "web", id: 1000 },
    { name: "db", id: 1001 },
    { name: "log", id: 1003 },
  ]);
  assert.equal(groupIds(system).slice(-2), [
    { name: "data", id: 1004 },
    { name: "ops", id: 1002 },
  ]);
});

test("passwd, group and shadow", () => {
  const withPassword = { ...system, users: [...system.users, user("me", { passwordHash: "$6$x$y" })] };
  const files = new Map(accountFiles(withPassword).map(({ path, text, mode }) => [path, { text, mode }]));
  assert.match(files.get("/etc/passwd")?.text ?? "", /\nweb:\*:1000:1000:web:\/srv:\/bin\/sh\n/);
  assert.match(files.get("/etc/passwd")?.text ?? "", /\nme:x:\d+:\d+:me:\/:\/bin\/sh\n$/);
  assert.match(files.get("/etc/group")?.text ?? "", /^root:x:0:\ntty:x:5:web\n/);
  assert.match(files.get("/etc/group")?.text ?? "", /\ndata:x:\d+:web\n/);
  assert.equal(files.get("/etc/shadow"), { text: "me:$6$x$y:::::::\n", mode: "0600" });
  assert.equal(accountFiles(system).length, 2);
});
