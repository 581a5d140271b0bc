/** A new version waits in its service worker until somebody says so: no scan is interrupted by it. */

import type { AppState } from "../core/types.ts";

const WORKER = "sw.js";
/** A browser looks by itself only when the page is loaded anew, and a kiosk never loads it anew. */
const LOOK_MS = 3_600_000;

/**
 * Whether a waiting version may start now. "busy": something is on the screen that a reload would lose.
 * "unsent": the new version must not find events that the old one wrote in its own way.
 */
export type UpdateStand = "none" | "busy" | "unsent" | "ready";

/** `idle`: no crossing is begun and no other work is open. */
export function updateStand({ update_ready, unsent, wave }: Pick<AppState, "update_ready" | "unsent" | "wave">, idle: boolean): UpdateStand {
  if (!update_ready) return "none";
  if (!idle || wave !== null) return "busy";
  return unsent > 0 ? "unsent" : "ready";
}

/** Tells when a version is waiting; the returned function starts it and reloads the page. */
export function watchUpdates(ready: (ready: boolean) => void): () => void {
  let waiting: ServiceWorker | null = null;
  if (import.meta.env.DEV || !("serviceWorker" in navigator)) return () => location.reload();
  const found = (worker: ServiceWorker | null): void => {
    // Without a controller this is the first install, which takes over by itself.
    if (worker === null || navigator.serviceWorker.controller === null) return;
    waiting = worker;
    ready(true);
  };
  navigator.serviceWorker.register(WORKER, { scope: "./" }).then(
    (registration) => {
      found(registration.waiting);
      registration.addEventListener("updatefound", () => {
        const worker = registration.installing;
        worker?.addEventListener("statechange", () => worker.state === "installed" && found(worker));
      });
      // Without a network it says so, and the next look is as good.
      const look = (): void => void registration.update().catch(() => undefined);
      window.setInterval(look, LOOK_MS);
      window.addEventListener("online", look);
    },
    () => undefined, // no worker on an insecure origin: the page works, but not without network
  );
  return () => {
    if (waiting === null) return location.reload();
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage({ type: "activate" });
  };
}
