/**
 * Finds what is awaited inside an open IndexedDB transaction besides the store itself.
 *
 * The browser commits a transaction that has no request waiting when a task ends: a fetch, a digest or a
 * timer in between, and the second half of what belongs together is refused or lost. It works often
 * enough on a fast machine to pass a test, so it is found by reading the source.
 */

import { parseSync } from "vite";

/** One await that does not belong there. */
export interface ForeignAwait {
  line: number;
  text: string;
}

interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

const FUNCTIONS = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];
/** Wrappers that change nothing about whose promise it is. */
const WRAPPERS: Readonly<Record<string, string>> = {
  AwaitExpression: "argument",
  ChainExpression: "expression",
  ParenthesizedExpression: "expression",
  TSAsExpression: "expression",
  TSNonNullExpression: "expression",
  TSSatisfiesExpression: "expression",
};

/**
 * A function has a transaction where it calls `….transaction(…)`, or takes a parameter called `tx` or typed
 * as a …Transaction. From there on it may await only what comes from that transaction, `Promise.all` of
 * such, and functions that the transaction is passed to.
 */
export function foreignAwaits(source: string, name = "source.ts"): ForeignAwait[] {
  const { program, errors } = parseSync(name, source);
  if (errors.length > 0) throw new Error(`${name}: ${errors[0]?.message}`);
  const found = new Map<number, ForeignAwait>();
  for (const node of everyNode(program as unknown as Node)) {
    if (!FUNCTIONS.includes(node.type)) continue;
    for (const bad of inFunction(node)) {
      const line = source.slice(0, bad.start).split("\n").length;
      found.set(bad.start, { line, text: source.slice(bad.start, bad.end).split("\n")[0] ?? "" });
    }
  }
  return [...found.values()];
}

/** Names of the files' transactions, so that a test can see that there is anything to check. */
export function transactionCount(source: string, name = "source.ts"): number {
  const { program } = parseSync(name, source);
  return [...everyNode(program as unknown as Node)].filter(opensTransaction).length;
}

function inFunction(fn: Node): Node[] {
  const names = new Set<string>();
  let from = Number.POSITIVE_INFINITY;
  for (const parameter of listOf(fn["params"])) {
    if (parameter.type !== "Identifier") continue;
    const typed = JSON.stringify(parameter["typeAnnotation"] ?? "").includes("Transaction");
    if (parameter["name"] !== "tx" && !typed) continue;
    names.add(String(parameter["name"]));
    from = fn.start;
  }
  const nodes = [...everyNode(fn["body"] as Node)];
  for (const node of nodes) if (opensTransaction(node)) from = Math.min(from, node.end);
  if (from === Number.POSITIVE_INFINITY) return [];
  for (let before = -1; before !== names.size; ) {
    before = names.size;
    for (const node of nodes) {
      if (node.type !== "VariableDeclarator" || node["init"] === null) continue;
      const init = node["init"] as Node;
      const root = rootOf(init);
      if (containsOpening(init) || (root !== null && names.has(root))) for (const one of namesIn(node["id"] as Node)) names.add(one);
    }
  }
  return nodes.filter((node) => {
    if (node.start < from) return false;
    if (node.type === "AwaitExpression") return !isOfStore(node["argument"] as Node, names);
    return node.type === "ForOfStatement" && node["await"] === true && !isOfStore(node["right"] as Node, names);
  });
}

function isOfStore(given: Node, names: ReadonlySet<string>): boolean {
  const node = unwrapped(given);
  if (isPromiseAll(node)) {
    const [first] = listOf(node["arguments"]);
    return first !== undefined && isListOfStore(first, names);
  }
  if (node.type === "ConditionalExpression") {
    return [node["consequent"], node["alternate"]].every((one) => isOfStore(one as Node, names));
  }
  const callee = node.type === "CallExpression" ? unwrapped(node["callee"] as Node) : null;
  if (callee?.type === "Identifier") {
    return listOf(node["arguments"]).some((one) => one.type === "Identifier" && names.has(String(one["name"])));
  }
  const root = rootOf(node);
  return root !== null && names.has(root);
}

/** `[a.get(1), tx.done]`, or `list.map((one) => store.get(one))`. */
function isListOfStore(given: Node, names: ReadonlySet<string>): boolean {
  const node = unwrapped(given);
  if (node.type === "ArrayExpression") return listOf(node["elements"]).every((one) => isOfStore(one, names));
  if (node.type !== "CallExpression") return false;
  const callee = node["callee"] as Node;
  const [mapped] = listOf(node["arguments"]);
  const isMap = callee.type === "MemberExpression" && (callee["property"] as Node)["name"] === "map";
  if (!isMap || mapped?.type !== "ArrowFunctionExpression") return false;
  const body = mapped["body"] as Node;
  return body.type !== "BlockStatement" && isOfStore(body, names);
}

function isPromiseAll(node: Node): boolean {
  if (node.type !== "CallExpression") return false;
  const callee = node["callee"] as Node;
  return callee.type === "MemberExpression" && rootOf(callee) === "Promise" && (callee["property"] as Node)["name"] === "all";
}

function opensTransaction(node: Node): boolean {
  if (node.type !== "CallExpression") return false;
  const callee = unwrapped(node["callee"] as Node);
  return callee.type === "MemberExpression" && (callee["property"] as Node)["name"] === "transaction";
}

function containsOpening(node: Node): boolean {
  return [...everyNode(node)].some(opensTransaction);
}

/** The name a chain of members and calls hangs on; null for anything else. */
function rootOf(given: Node): string | null {
  const node = unwrapped(given);
  if (node.type === "Identifier") return String(node["name"]);
  if (node.type === "MemberExpression") return rootOf(node["object"] as Node);
  if (node.type === "CallExpression") return rootOf(node["callee"] as Node);
  return null;
}

function unwrapped(node: Node): Node {
  const inner = WRAPPERS[node.type];
  return inner === undefined ? node : unwrapped(node[inner] as Node);
}

function namesIn(pattern: Node): string[] {
  return [...everyNode(pattern)].filter(({ type }) => type === "Identifier").map((one) => String(one["name"]));
}

function listOf(value: unknown): Node[] {
  return Array.isArray(value) ? (value as (Node | null)[]).filter((one): one is Node => one !== null) : [];
}

function* everyNode(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof one === "object" && one !== null && typeof (one as Node).type === "string") yield* everyNode(one as Node);
    }
  }
}
