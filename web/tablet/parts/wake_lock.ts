/** Keeps the screen lit during a shift, where the browser can. */

interface WakeLockHolder {
  wakeLock?: { request(type: "screen"): Promise<{ release(): Promise<void> }> };
}

/** Holds the lock while the page is visible; the returned function lets go. */
export function keepAwake(): () => void {
  let held: { release(): Promise<void> } | null = null;
  let ended = false;
  const take = (): void => {
    const holder = navigator as unknown as WakeLockHolder;
    if (holder.wakeLock === undefined || document.visibilityState !== "visible") return;
    holder.wakeLock.request("screen").then(
      (lock) => {
        if (ended) void lock.release();
        else held = lock;
      },
      () => undefined, // a low battery may refuse it, and the shift goes on
    );
  };
  // The browser drops the lock whenever the page is hidden.
  document.addEventListener("visibilitychange", take);
  take();
  return () => {
    ended = true;
    document.removeEventListener("visibilitychange", take);
    if (held !== null) void held.release();
  };
}
