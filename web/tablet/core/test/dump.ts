/** A tablet's database as JSON, and back: what a released version left on disk, for later ones to open. */

import { type IDBPDatabase, openDB } from "idb";
import { fromBase64url, toBase64url } from "../../../shared/sync/encoding.ts";

/** Object stores by name: how they were made, and what is in them. Keys that cannot be read are made anew. */
export interface Dump {
  version: number;
  stores: Record<string, StoreDump>;
}

interface StoreDump {
  key_path: string | string[] | null;
  indexes: Record<string, string | string[]>;
  rows: { key: unknown; value: unknown }[];
}

export async function dumpOf(name: string): Promise<Dump> {
  const db = await openDB(name);
  const stores: Dump["stores"] = {};
  for (const store of db.objectStoreNames) stores[store] = await storeOf(db, store);
  const dump = { version: db.version, stores };
  db.close();
  return dump;
}

/** Makes the database `name` as it was dumped; `key` takes the place of the device key, which no one can read. */
export async function putBack(dump: Dump, name: string, key: CryptoKeyPair): Promise<void> {
  const db = await openDB(name, dump.version, {
    upgrade(fresh) {
      for (const [store, { key_path, indexes }] of Object.entries(dump.stores)) {
        const made = fresh.createObjectStore(store, key_path === null ? {} : { keyPath: key_path });
        for (const [index, path] of Object.entries(indexes)) made.createIndex(index, path);
      }
    },
  });
  for (const [store, { key_path, rows }] of Object.entries(dump.stores)) {
    for (const row of rows) {
      const value = revived(row.value, key);
      await (key_path === null ? db.put(store, value, row.key as IDBValidKey) : db.put(store, value));
    }
  }
  db.close();
}

async function storeOf(db: IDBPDatabase, name: string): Promise<StoreDump> {
  const { store } = db.transaction(name);
  const indexes: StoreDump["indexes"] = {};
  for (const index of store.indexNames) indexes[index] = store.index(index).keyPath;
  const rows: StoreDump["rows"] = [];
  for (let at = await store.openCursor(); at !== null; at = await at.continue()) {
    rows.push({ key: at.key, value: plain(at.value) });
  }
  return { key_path: store.keyPath as string | string[] | null, indexes, rows };
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: toBase64url(value) };
  if (value instanceof CryptoKey) return { $key: value.type };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function revived(value: unknown, key: CryptoKeyPair): unknown {
  if (Array.isArray(value)) return value.map((one) => revived(one, key));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [name, inner] = entries[0] ?? ["", null];
  if (name === "$bytes") return fromBase64url(inner as string);
  if (name === "$key") return inner === "private" ? key.privateKey : key.publicKey;
  return Object.fromEntries(entries.map(([member, one]) => [member, revived(one, key)]));
}
