import { expect, test } from "vitest";
import { together } from "./together.ts";

const IMPORTERS: Record<string, string[]> = {
  "/web/tablet/main.tsx": [],
  "/web/tablet/parts/a.tsx": ["/web/tablet/main.tsx", "/web/tablet/screens/rare.tsx"],
  "/web/tablet/parts/loop.tsx": ["/web/tablet/parts/loop.tsx"],
  "/web/tablet/screens/rare.tsx": [],
  "/web/tablet/parts/of_rare.tsx": ["/web/tablet/screens/rare.tsx"],
  "/web/tablet/texts/en.ts": [],
  "/web/shared/credentials/hc1.ts": ["/web/shared/credentials/health_readers.ts"],
};
const graph = { getModuleInfo: (id: string) => ({ importers: IMPORTERS[id] ?? [] }) };
const names = together();

test("what the start does not import shares a file, and the start keeps its own", () => {
  const rest = Object.keys(IMPORTERS).filter((id) => names(id, graph) === "rest");
  expect(rest).toEqual(["/web/tablet/parts/loop.tsx", "/web/tablet/screens/rare.tsx", "/web/tablet/parts/of_rare.tsx"]);
});
