/** A store whose reading stands still in its middle, so that a test can do something meanwhile. */

import { vi } from "vitest";

/** From the call with this number on nothing is decrypted until `release`. Undone by `vi.restoreAllMocks`. */
export function holdDecryptFrom(call: number): { reached: Promise<void>; release(): void } {
  const decrypt = crypto.subtle.decrypt.bind(crypto.subtle);
  let calls = 0;
  let release = (): void => undefined;
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  vi.spyOn(crypto.subtle, "decrypt").mockImplementation(async (...asked) => {
    calls += 1;
    if (calls >= call) {
      reach();
      await released;
    }
    return await decrypt(...asked);
  });
  return { reached, release };
}
