/** Which modules share a file: what the start does not import goes into one, but for what stands by itself. */

interface Info {
  importers: readonly string[];
}

interface Graph {
  getModuleInfo(id: string): Info | null;
}

/** Asked for by themselves: words of a language, and what only health documents need. */
const ALONE = /\/(?:texts|shared\/credentials)\//;

/** Whether `id` is imported, over whatever way, without being asked for later. */
function atStart(id: string, graph: Graph, entry: RegExp, seen: Set<string>): boolean {
  if (entry.test(id)) return true;
  if (seen.has(id)) return false;
  seen.add(id);
  return (graph.getModuleInfo(id)?.importers ?? []).some((one) => atStart(one, graph, entry, seen));
}

export function together(): (id: string, graph: Graph) => string | null {
  return (id, graph) => {
    if (!id.includes("/tablet/") || ALONE.test(id) || /\/sw\.ts$|\.css$|worker/.test(id)) return null;
    return atStart(id, graph, /\/tablet\/(?:main\.tsx|index\.html)$/, new Set()) ? null : "rest";
  };
}
