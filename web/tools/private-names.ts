/**
 * Writes `#name` as a short plain property: lowered for the oldest browser each would be a WeakMap of its own and
 * each access a call. That nobody else touches them tsc has checked by then.
 */

import type { Plugin } from "vite";

interface Node {
  type: string;
  start: number;
  end: number;
  /** "" of what goes. */
  name?: string;
}

/** The same program with plain names. Throws on `#name in object`, which would change its meaning. */
export function plainNames(code: string, program: unknown): string {
  const found: Node[] = [];
  const look = (one: unknown): void => {
    if (Array.isArray(one)) return one.forEach(look);
    if (one === null || typeof one !== "object") return;
    const node = one as Node & { left?: Node; key?: Node; value?: Node | null; static?: boolean };
    if (node.type === "BinaryExpression" && node.left?.type === "PrivateIdentifier") throw new Error(`#${node.left.name} in … needs a private name`);
    // A field that only says that it is there would become a call that sets it to undefined.
    const empty = node.type === "PropertyDefinition" && node.key?.type === "PrivateIdentifier" && node.value === null && node.static !== true;
    if (empty) return void found.push({ ...node, name: "" });
    if (node.type === "PrivateIdentifier") found.push(node);
    for (const value of Object.values(node)) look(value);
  };
  look(program);
  found.sort((a, b) => b.start - a.start);
  const names = [...new Set(found.map(({ name }) => name).filter((name) => name !== ""))];
  // No name of ours begins so: it cannot meet a public one. Within a file the names stay apart, and no class extends
  // one of another file that has any.
  const plain = (name: string | undefined): string => (name === "" ? "" : `$${names.indexOf(name).toString(36)}`);
  for (const { start, end, name } of found) code = `${code.slice(0, start)}${plain(name)}${code.slice(end)}`;
  return code;
}

export function privateNames(): Plugin {
  return {
    name: "chot-private-names",
    apply: "build",
    transform(code, id) {
      if (id.includes("/node_modules/") || !/\.tsx?$/.test(id) || !code.includes("#")) return null;
      const plain = plainNames(code, this.parse(code));
      return plain === code ? null : { code: plain, map: null };
    },
  };
}
