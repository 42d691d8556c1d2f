import { assert, test } from "../../base/testing.ts";
import { coordinatorTestStep, testPhase, testPlan, testStep } from "../context/test-context.ts";
import { PATIENCE, predecessors, runTasks, type Schedule, type Task } from "./schedule.ts";

const need = (step: string, phase = "one") => ({ phase, step });

test("a step waits for its needs in all phases; a coordinator step waits for all and all wait for it", () => {
  const plan = testPlan([
    testPhase("setup", [coordinatorTestStep("fetch"), coordinatorTestStep("unpack")]),
    testPhase("one", [testStep("a"), testStep("b", [need("a")]), testStep("c")]),
    testPhase("two", [testStep("d", [need("b")])]),
    testPhase("out", [coordinatorTestStep("pack")]),
  ]);
  const before = Object.fromEntries(predecessors(plan));
  assert.equal(before["setup/unpack"], ["setup/fetch"]);
  assert.equal(before["one/c"], ["setup/fetch", "setup/unpack"]);
  assert.equal(before["two/d"], ["setup/fetch", "setup/unpack", "one/a", "one/b"]);
  assert.equal(before["out/pack"], ["setup/fetch", "setup/unpack", "one/a", "one/b", "one/c", "two/d"]);
});

/**
 * Runs the tasks, each for as many turns as its seconds. `said` lists the tasks that started (`+`) and ended
 * (`-`), and those that still ran at the first failure (`!`).
 */
async function play(
  tasks: readonly Task[],
  slotCount: number,
  change: { readonly done?: readonly string[]; readonly fails?: readonly string[] } = {},
): Promise<{ said: string; error: unknown; mostAtOnce: number }> {
  const said: string[] = [];
  let free = slotCount;
  let mostAtOnce = 0;
  const turn = (): Promise<void> => Promise.resolve();
  const work = async ({ id, seconds }: Task): Promise<void> => {
    said.push(`+${id}`);
    mostAtOnce = Math.max(mostAtOnce, slotCount - free);
    for (let left = seconds * 20; left > 0; left--) await turn();
    if (change.fails?.includes(id)) throw new Error(id);
    said.push(`-${id}`);
  };
  const schedule: Schedule = {
    tasks,
    slots: {
      tryTake: () => free > 0 && free-- > 0,
      borrow: () => false,
      give: () => {
        free++;
      },
    },
    prepare(id) {
      const task = tasks.find((other) => other.id === id);
      if (change.done?.includes(id) || task === undefined) return undefined;
      return () => work(task);
    },
    onFailure: (running) => said.push(`!${running.join(",")}`),
    pause: turn,
  };
  const error = await runTasks(schedule).catch((thrown: unknown) => thrown);
  assert.equal(free, slotCount, "all slots are free again");
  return { said: said.join(" "), error, mostAtOnce };
}

const task = (id: string, seconds: number, after: readonly string[] = []): Task => ({ id, after, seconds });

test("the first task of the longest chain starts first", async () => {
  const tasks = [task("a", 1), task("b", 1), task("long", 5, ["b"]), task("c", 3)];
  assert.equal((await play(tasks, 1)).said, "+b -b +long -long +c -c +a -a");
});

test("as many tasks run at once as there are slots, each after those it waits for", async () => {
  const tasks = [task("a", 2), task("b", 4), task("c", 1, ["a"]), task("d", 1, ["b", "c"])];
  const { said, mostAtOnce } = await play(tasks, 2);
  assert.equal(said, "+b +a -a +c -c -b +d -d");
  assert.equal(mostAtOnce, 2);
  assert.equal((await play(tasks, 1)).mostAtOnce, 1);
});

test("tasks without work take no slot, and nothing waits for tasks that are not selected", async () => {
  const tasks = [task("a", 1), task("b", 1, ["a", "elsewhere"])];
  assert.equal((await play(tasks, 1, { done: ["a"] })).said, "+b -b");
  assert.equal((await play(tasks, 0, { done: ["a", "b"] })).said, "");
});

test("after a failure no task starts, running ones finish, and the first failure is thrown", async () => {
  const tasks = [task("a", 1), task("b", 4), task("c", 1), task("d", 1, ["b"])];
  const { said, error } = await play(tasks, 2, { fails: ["a", "b"] });
  assert.equal(said, "+b +a !b");
  assert.equal((error as Error).message, "a");
  const other = await play(tasks, 2, { fails: ["a"] });
  assert.equal(other.said, "+b +a !b -b");
});

test("a task that finds no free slot borrows one after a while", async () => {
  const said: string[] = [];
  let [free, looks] = [1, 0];
  await runTasks({
    tasks: [task("greedy", 9), task("other", 1)],
    slots: {
      tryTake() {
        looks++;
        return free > 0 && free-- > 0;
      },
      borrow() {
        said.push(`borrow after ${looks - 1}`);
        return true;
      },
      give: () => {},
    },
    prepare: (id) => async () => {
      said.push(`+${id}`);
      while (id === "greedy" && !said.includes("+other")) await Promise.resolve();
      said.push(`-${id}`);
    },
    onFailure: () => {},
    pause: () => Promise.resolve(),
  });
  assert.equal(said.slice(0, 3), ["+greedy", `borrow after ${PATIENCE}`, "+other"]);
  assert.equal(said.length, 5);
});
