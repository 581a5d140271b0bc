/** Everything the core takes from outside itself: clock, randomness, network, timers, locks. Tests pass their own. */

import { deleteDB } from "idb";
import type { Bytes } from "../../shared/sync/encoding.ts";
import type { StorageState } from "./room.ts";

export interface Environment {
  /** Device clock, Unix milliseconds. */
  now(): number;
  /** `count` random bytes. */
  random(count: number): Bytes;
  /** In [0, 1), for the jitter of retries only. */
  uniform(): number;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Where the API stands, without a slash at the end. */
  api: string;
  database: string;
  /** Calls `action` after `ms`; returns what cancels it. */
  schedule(action: () => void, ms: number): () => void;
  /** Runs `action` while nobody else of this origin does; false when somebody does. */
  exclusively(action: () => Promise<void>): Promise<boolean>;
  /** Calls `action` when the network, the screen or the person comes back; returns what stops it. */
  onWake(action: () => void): () => void;
  /** Asks the browser to keep the store, and what it still has room for. */
  storage(): Promise<StorageState>;
  /** Deletes the closed store and all that the page keeps besides, and begins as if it were new. */
  startAnew(): Promise<void>;
}

const SYNC_LOCK = "chot-sync";
const DATABASE = "chot";

/** The browser's own. */
export function browserEnvironment(): Environment {
  return {
    now: () => Date.now(),
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    uniform: () => Math.random(),
    fetch: (url, init) => fetch(url, init),
    api: `${location.origin}/api/v1`,
    database: DATABASE,
    schedule: (action, ms) => {
      const timer = setTimeout(action, ms);
      return () => clearTimeout(timer);
    },
    exclusively,
    onWake,
    storage,
    startAnew,
  };
}

async function exclusively(action: () => Promise<void>): Promise<boolean> {
  // Outside a secure context there is no lock manager, and no WebCrypto either.
  let ran = false;
  await navigator.locks.request(SYNC_LOCK, { ifAvailable: true }, async (lock) => {
    if (lock === null) return;
    ran = true;
    await action();
  });
  return ran;
}

function onWake(action: () => void): () => void {
  const whenVisible = () => {
    if (document.visibilityState === "visible") action();
  };
  // "pageshow": a page that comes back from the browser's memory gets no other event.
  const events = ["online", "focus", "pageshow"] as const;
  for (const name of events) addEventListener(name, action);
  document.addEventListener("visibilitychange", whenVisible);
  return () => {
    for (const name of events) removeEventListener(name, action);
    document.removeEventListener("visibilitychange", whenVisible);
  };
}

/** Asks the browser not to evict the store. Chromium decides silently: installed applications get it. */
async function storage(): Promise<StorageState> {
  if (!("storage" in navigator)) return { persisted: false, usage: null, quota: null };
  const persisted = (await navigator.storage.persisted()) || (await navigator.storage.persist());
  const { usage, quota } = await navigator.storage.estimate();
  return { persisted, usage: usage ?? null, quota: quota ?? null };
}

async function startAnew(): Promise<void> {
  await deleteDB(DATABASE);
  localStorage.clear();
  sessionStorage.clear();
  // The page's own memory goes too, and with it what the link that opened it said.
  location.replace(location.pathname);
}
