/**
 * Import cycles between files. Type-only imports count, since a reader who follows the names still goes in
 * circles, and so does `import("…")`.
 */
import { importsOf } from "./import-rules.ts";
import type { SourceFiles } from "./project-files.ts";

/**
 * One line for each group of files that all lead to each other (Tarjan's strongly connected components), with
 * a shortest cycle of the group.
 */
export function importCycles(files: SourceFiles): string[] {
  const graph = new Map(
    [...files].map(([path, text]) => [
      path,
      importsOf(path, text).flatMap(({ target }) =>
        target !== undefined && files.has(target) ? [target] : [],
      ),
    ]),
  );
  return components(graph)
    .filter((group) => group.length > 1 || isOwnTarget(graph, group[0] ?? ""))
    .map((group) => `${group.length} files import each other: ${shortestCycle(graph, group).join(" → ")}`);
}

type Graph = ReadonlyMap<string, readonly string[]>;

function isOwnTarget(graph: Graph, path: string): boolean {
  return graph.get(path)?.includes(path) ?? false;
}

/** Tarjan, "Depth-first search and linear graph algorithms" (1972). */
function components(graph: Graph): string[][] {
  const indices = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): number => {
    const index = indices.size;
    indices.set(path, index);
    stack.push(path);
    let low = index;
    for (const target of graph.get(path) ?? []) {
      if (!indices.has(target)) low = Math.min(low, visit(target));
      else if (stack.includes(target)) low = Math.min(low, indices.get(target) ?? index);
    }
    if (low === index) found.push(stack.splice(stack.indexOf(path)));
    return low;
  };
  for (const path of graph.keys()) if (!indices.has(path)) visit(path);
  return found;
}

/** From the group's first file by name back to it, by breadth-first search. */
function shortestCycle(graph: Graph, group: readonly string[]): string[] {
  const start = [...group].sort()[0] ?? "";
  const queue: string[][] = [[start]];
  const seen = new Set<string>();
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    for (const target of graph.get(path.at(-1) ?? "") ?? []) {
      if (target === start) return [...path, start];
      if (!group.includes(target) || seen.has(target)) continue;
      seen.add(target);
      queue.push([...path, target]);
    }
  }
  return [...group];
}
