"""Faults planted in the served script: outboxes that others wrote and paid for."""

from __future__ import annotations

from tests.e2e.outbox.wire import Patch

_STORE = """
const opened = () => new Promise((done, fail) => {
  const request = indexedDB.open("chot");
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});
const dropAll = async () => {
  const db = await opened();
  const tx = db.transaction(["meta", "own"], "readwrite");
  tx.objectStore("own").clear();
  const meta = tx.objectStore("meta");
  meta.get("head").onsuccess = ({target: {result: {seq}}}) => {
    meta.get("standings").onsuccess = ({target: {result}}) => {
      const all = Object.entries(result).map(([name, one]) =>
        [name, {...one, through: seq, answered: seq}]);
      meta.put(Object.fromEntries(all), "standings");
    };
  };
  await new Promise((done) => { tx.oncomplete = done; });
  db.close();
};
const real = window.fetch.bind(window);
"""

DROPS_ON_401 = """
window.fetch = async (url, init) => {
  const response = await real(url, init);
  if (response.status === 401 && String(url).endsWith("/sync")) await dropAll();
  return response;
};
"""
"""hercycle #313: what a 401 refused is taken for sent."""

SENT_IS_DONE = """
window.fetch = async (url, init) => {
  try {
    return await real(url, init);
  } catch (error) {
    if (String(url).endsWith("/sync")) await dropAll();
    throw error;
  }
};
"""
"""What was handed to the network counts as sent, whatever came of it."""

APPENDS_OUTSIDE = """
const add = IDBObjectStore.prototype.add;
IDBObjectStore.prototype.add = function (row) {
  if (this.name !== "own") return add.call(this, row);
  const db = this.transaction.db;
  setTimeout(() => { db.transaction("own", "readwrite").objectStore("own").put(row); }, 700);
  return this.count();
};
"""
"""The head moves and the screen says «Đã lưu»; the event follows in a transaction of its own."""

NO_LOCK = """
navigator.locks.request = (_name, _how, action) => Promise.resolve(action({}));
"""
"""Each tab syncs for itself."""


def planted(fault: str) -> Patch:
    """The built script with a fault before it."""
    return lambda script: f"{{{_STORE}{fault}}}\n{script}"
