/** A store one of whose readings the browser aborts, so that a test can see what is left out then. */

import { vi } from "vitest";

/** The next reading of the index or store of this name, or of one key in it, fails. Undone by `vi.restoreAllMocks`. */
export function failOnce(which: typeof IDBIndex.prototype | typeof IDBObjectStore.prototype, method: "getAll" | "getAllKeys" | "get", name: string, key?: string): void {
  const honest = which[method] as (...asked: unknown[]) => IDBRequest;
  let failed = false;
  vi.spyOn(which, method as "getAll").mockImplementation(function (this: { name: string }, ...asked: unknown[]) {
    if (this.name === name && !failed && (key === undefined || asked[0] === key)) {
      failed = true;
      throw new DOMException("aborted", "AbortError");
    }
    return honest.apply(this, asked);
  });
}
