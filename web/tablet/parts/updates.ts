/** A new version waits in its service worker until somebody says so: no scan is interrupted by it. */

const WORKER = "sw.js";

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
    },
    () => undefined, // no worker on an insecure origin: the page works, but not without network
  );
  return () => {
    if (waiting === null) return location.reload();
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage({ type: "activate" });
  };
}
