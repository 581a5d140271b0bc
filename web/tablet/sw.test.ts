import { beforeEach, expect, test, vi } from "vitest";

/** The worker's world, as far as sw.ts uses it. Only what matters is real: which answer comes from where. */

type Handler = (event: unknown) => void;
type Stored = Map<string, string>;

const ORIGIN = "https://chot.example";
let handlers: Map<string, Handler>;
let stores: Map<string, Stored>;
let server: Map<string, string>;
let requested: { url: string; cache: string }[];
let skipped: number;

beforeEach(async () => {
  handlers = new Map();
  requested = [];
  skipped = 0;
  stores = new Map([["chot-tablet-older", new Map()], ["another-app", new Map()]]);
  server = new Map([["/tablet/index.html", "shell"], ["/tablet/assets/a.js", "script"]]);
  vi.stubGlobal("self", {
    location: { href: `${ORIGIN}/tablet/sw.js` },
    addEventListener: (kind: string, handler: Handler) => handlers.set(kind, handler),
    skipWaiting: () => Promise.resolve((skipped += 1)),
    clients: { claim: () => Promise.resolve() },
  });
  vi.stubGlobal("__PRECACHE__", { revision: "r1", files: ["assets/a.js", "index.html"] });
  vi.stubGlobal("Request", class {
    url: string;
    cache: string;
    constructor(url: string, options: { cache: string }) {
      this.url = url;
      this.cache = options.cache;
    }
  });
  vi.stubGlobal("fetch", () => Promise.resolve("network"));
  vi.stubGlobal("caches", {
    keys: () => Promise.resolve([...stores.keys()]),
    delete: (name: string) => Promise.resolve(stores.delete(name)),
    open: (name: string) => {
      const store: Stored = stores.get(name) ?? new Map<string, string>();
      stores.set(name, store);
      return Promise.resolve({
        addAll(requests: { url: string; cache: string }[]) {
          requested.push(...requests);
          const found = requests.map(({ url }) => [url, server.get(new URL(url).pathname)] as const);
          if (found.some(([, body]) => body === undefined)) return Promise.reject(new TypeError("404"));
          for (const [url, body] of found) store.set(url, body ?? "");
          return Promise.resolve();
        },
        match: (request: string | { url: string }) =>
          Promise.resolve(store.get(typeof request === "string" ? request : request.url)),
      });
    },
  });
  vi.resetModules();
  // By variable: the type checker would pull the worker's types into the page's.
  const worker = "./sw.ts";
  await import(/* @vite-ignore */ worker);
});

async function dispatch(kind: string, event: object = {}): Promise<void> {
  const waits: Promise<unknown>[] = [];
  handlers.get(kind)?.({ waitUntil: (promise: Promise<unknown>) => waits.push(promise), ...event });
  await Promise.all(waits);
}

/** What a fetch is answered with; undefined when the worker leaves it to the browser. */
async function fetched(url: string, options: { method?: string; mode?: string } = {}): Promise<unknown> {
  let answer: unknown;
  handlers.get("fetch")?.({
    request: { url: new URL(url, ORIGIN).href, method: "GET", mode: "cors", ...options },
    respondWith: (response: unknown) => (answer = response),
  });
  return await answer;
}

test("install stores every listed file; only what is named by its content may come from the HTTP cache", async () => {
  await dispatch("install");
  expect([...(stores.get("chot-tablet-r1")?.values() ?? [])]).toEqual(["script", "shell"]);
  expect(requested.map(({ cache }) => cache)).toEqual(["default", "reload"]);
});

test("install fails when a file is missing", async () => {
  server.delete("/tablet/assets/a.js");
  await expect(dispatch("install")).rejects.toThrow("404");
});

test("activate drops older caches of this application and no others", async () => {
  await dispatch("install");
  await dispatch("activate");
  expect([...stores.keys()]).toEqual(["another-app", "chot-tablet-r1"]);
});

test("a listed file comes from the cache", async () => {
  await dispatch("install");
  expect(await fetched("/tablet/assets/a.js")).toBe("script");
});

test("any navigation inside the scope gets the shell", async () => {
  await dispatch("install");
  expect(await fetched("/tablet/", { mode: "navigate" })).toBe("shell");
  expect(await fetched("/tablet/shift?enrol=1", { mode: "navigate" })).toBe("shell");
});

test("what is not stored goes to the network", async () => {
  await dispatch("install");
  expect(await fetched("/tablet/assets/other.js")).toBe("network");
});

test.each([
  ["the API", "/api/v1/health", {}],
  ["the console", "/console/", { mode: "navigate" }],
  ["another origin", "https://elsewhere.example/tablet/index.html", {}],
  ["a write", "/tablet/index.html", { method: "POST" }],
])("leaves %s alone", async (_what, url, options) => {
  await dispatch("install");
  expect(await fetched(url, options)).toBeUndefined();
});

test("an update takes over only when the page asks", async () => {
  await dispatch("install");
  await dispatch("message", { data: { type: "something" } });
  expect(skipped).toBe(0);
  await dispatch("message", { data: { type: "activate" } });
  expect(skipped).toBe(1);
});
