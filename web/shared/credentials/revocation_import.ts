/** Published revocation lists as the `revocations` of a trust pack. Twin of credentials/revocation_import.py. */

import { MAX_EPOCH_S } from "./dates.ts";
import { cardFingerprint } from "./fingerprint.ts";
import { isJsonObject, type JsonObject, member } from "./jws.ts";
import { isLongerThan } from "./text.ts";
import { MAX_REVOKED, TrustError } from "./trust.ts";

const HASH_TYPES: readonly unknown[] = ["SIGNATURE", "UCI", "COUNTRYCODEUCI"];
const UNKNOWN_KID = "UNKNOWN_KID";
const HASH = /^(?:[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{43}=)$/;
const RID = /^([A-Za-z0-9_-]{1,24})(?:\.([0-9]{1,12}))?$/;

/** `revocations` as in a trust pack; `skipped` counts the entries that could not be read. */
export interface RevocationImport {
  revocations: { kid: string | null; issued_before_ms: number | null; fingerprints: string[] }[];
  skipped: number;
}

/** The fingerprints of a published list. Rejects with TrustError naming what makes it no such list. */
export async function importRevocations(document: unknown): Promise<RevocationImport> {
  const batches: unknown[] = Array.isArray(document) ? document : [document];
  if (batches.length > MAX_REVOKED) throw new TrustError("document");
  const found: RevocationImport = { revocations: [], skipped: 0 };
  for (const [index, batch] of batches.entries()) {
    const where = `batches[${index}]`;
    if (!isJsonObject(batch)) throw new TrustError(where);
    const kid = member(batch, "kid");
    if (typeof kid !== "string" || kid === "" || isLongerThan(kid, 120)) throw new TrustError(`${where}.kid`);
    if (member(batch, "rids") === undefined) addBatch(found, kid, batch, where);
    else await addCards(found, kid, batch, where);
  }
  return found;
}

function addBatch(found: RevocationImport, kid: string, batch: JsonObject, where: string): void {
  if (!HASH_TYPES.includes(member(batch, "hashType"))) throw new TrustError(`${where}.hashType`);
  const fingerprints: string[] = [];
  for (const entry of entriesOf(member(batch, "entries"), `${where}.entries`)) {
    const fingerprint = fingerprintOf(isJsonObject(entry) ? member(entry, "hash") : entry);
    if (fingerprint === null) found.skipped += 1;
    else fingerprints.push(fingerprint);
  }
  if (fingerprints.length === 0) return;
  found.revocations.push({ kid: kid === UNKNOWN_KID ? null : kid, issued_before_ms: null, fingerprints });
}

async function addCards(found: RevocationImport, kid: string, batch: JsonObject, where: string): Promise<void> {
  if (member(batch, "method") !== "rid") throw new TrustError(`${where}.method`);
  const byInstant = new Map<number | null, string[]>();
  for (const rid of entriesOf(member(batch, "rids"), `${where}.rids`)) {
    const [, id, seconds] = (typeof rid === "string" ? RID.exec(rid) : null) ?? [];
    if (id === undefined || Number(seconds ?? "0") > MAX_EPOCH_S) {
      found.skipped += 1;
      continue;
    }
    const before_ms = seconds === undefined ? null : Number(seconds) * 1000;
    const fingerprints = byInstant.get(before_ms) ?? [];
    fingerprints.push(await cardFingerprint(kid, id));
    byInstant.set(before_ms, fingerprints);
  }
  for (const [issued_before_ms, fingerprints] of byInstant) {
    found.revocations.push({ kid, issued_before_ms, fingerprints });
  }
}

function entriesOf(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value) || value.length > MAX_REVOKED) throw new TrustError(where);
  return value;
}

/** Hex of the first 16 bytes; some lists publish the whole hash. */
function fingerprintOf(value: unknown): string | null {
  if (typeof value !== "string" || !HASH.test(value)) return null;
  const bytes = Array.from(atob(value).slice(0, 16), (character) => character.charCodeAt(0));
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
