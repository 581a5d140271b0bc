/** The claims of an HC1 certificate: a CWT around the EU's certificate. Twin of credentials/hcert.py. */

import { type Cbor, CborError, type CborMap, decodeCbor } from "./cbor.ts";
import { dateOfLoose } from "./dates.ts";
import { type Dose, type Identity, identityOf, type Recovery, type Test } from "./evidence.ts";
import { type HealthDocument, HealthError, type Kind } from "./health.ts";
import type { Bytes } from "./jws.ts";
import { looseDay, looseEpochS, looseInstant, looseInteger, looseItems, looseText } from "./loose.ts";

const MAX_DOSES = 99;
/** One certificate has one entry and three ids; the event that carries them takes eight in all. */
const MAX_IDS = 7;

const ISSUER = 1;
const EXPIRES = 4;
const NOT_BEFORE = 5;
const ISSUED = 6;
const HCERT = -260;
const COVID_19 = "840539006";
const KINDS: readonly (readonly [string, Kind])[] = [
  ["t", "test"],
  ["v", "vaccination"],
  ["r", "recovery"],
];
const TEST_TYPES: ReadonlyMap<string, Test["type"]> = new Map([
  ["LP6464-4", "pcr"],
  ["LP217198-3", "rapid"],
]);
const TEST_RESULTS: ReadonlyMap<string, Test["result"]> = new Map([
  ["260415000", "negative"],
  ["260373001", "positive"],
]);

/** A certificate and what a revocation list may name of it: certificate ids, country before some. */
export interface Hcert {
  document: HealthDocument;
  ids: string[];
}

/** The claims of a CWT. Throws CborError for another structure, HealthError for no content. */
export function readHcert(payload: Bytes): Hcert {
  const claims = decodeCbor(payload);
  const container = claims instanceof Map ? claims.get(HCERT) : null;
  const certificate = container instanceof Map ? container.get(1) : null;
  if (!(claims instanceof Map) || !(certificate instanceof Map)) {
    throw new CborError("no CWT with a certificate");
  }
  const entries = new Map(KINDS.map(([name]) => [name, mapsOf(certificate.get(name))]));
  const kinds = KINDS.filter(([name]) => entries.get(name)?.length).map(([, kind]) => kind);
  const expires_s = looseEpochS(claims.get(EXPIRES));
  if (kinds.length === 0 || expires_s === null) {
    throw new HealthError("nothing certified, or for no time");
  }
  const identity = identityIn(certificate);
  const issuer = looseText(claims.get(ISSUER));
  const oddBirth = identity.birth_date === null && looseText(certificate.get("dob")) !== null;
  const document: HealthDocument = {
    kinds,
    identity,
    facts: {
      doses: covid19(entries.get("v")).map(doseOf).filter(isPresent),
      tests: covid19(entries.get("t")).map(testOf).filter(isPresent),
      recoveries: covid19(entries.get("r")).map(recoveryOf).filter(isPresent),
      declaration: null,
    },
    issuer,
    issued_s: looseEpochS(claims.get(ISSUED)),
    not_before_s: looseEpochS(claims.get(NOT_BEFORE)),
    expires_s,
    warnings: oddBirth ? ["birth_date"] : [],
  };
  return { document, ids: idsOf(issuer, KINDS.flatMap(([name]) => entries.get(name) ?? [])) };
}

/** Surname first, as Vietnamese papers have it; the transliteration where there is no name. */
function identityIn(certificate: CborMap): Identity {
  const names = certificate.get("nam");
  if (!(names instanceof Map)) throw new HealthError("no name");
  let written = ["fn", "gn"].map((part) => looseText(names.get(part)));
  if (!written.some(isPresent)) {
    written = ["fnt", "gnt"].map((part) => looseText(names.get(part))?.replace(/</g, " ") ?? null);
  }
  if (!written.some(isPresent)) throw new HealthError("no name");
  const birth = looseText(certificate.get("dob"));
  const birth_date = birth === null ? null : dateOfLoose(birth);
  return identityOf(written.filter(isPresent).join(" "), { birth_date });
}

function covid19(entries: CborMap[] | undefined): CborMap[] {
  return (entries ?? []).filter((entry) => looseText(entry.get("tg")) === COVID_19);
}

function doseOf(entry: CborMap): Dose | null {
  const number = looseInteger(entry.get("dn"), MAX_DOSES);
  const of = looseInteger(entry.get("sd"), MAX_DOSES);
  const product = looseText(entry.get("mp"));
  const date = looseDay(entry.get("dt"));
  if (!number || !of || product === null || date === null) return null;
  return { number, of, product, date };
}

function testOf(entry: CborMap): Test | null {
  const type = TEST_TYPES.get(looseText(entry.get("tt")) ?? "");
  const result = TEST_RESULTS.get(looseText(entry.get("tr")) ?? "");
  const sampled_at = looseInstant(entry.get("sc"));
  if (type === undefined || result === undefined || sampled_at === null) return null;
  return { type, result, sampled_at, resulted_at: looseInstant(entry.get("dr")) };
}

/** Recovered from the day the certificate says (df), which is later than the positive test. */
function recoveryOf(entry: CborMap): Recovery | null {
  const recovered_at = looseDay(entry.get("df")) ?? looseDay(entry.get("fr"));
  const valid_until = looseDay(entry.get("du"));
  if (recovered_at === null) return null;
  if (valid_until === null && looseText(entry.get("du")) !== null) return null;
  return { recovered_at, valid_until };
}

/** Lists hash the id alone and after a country, which is the issuer's or the entry's. */
function idsOf(issuer: string | null, entries: CborMap[]): string[] {
  const found = new Set<string>();
  for (const entry of entries) {
    const id = looseText(entry.get("ci"));
    if (id === null) continue;
    found.add(id);
    for (const country of [issuer, looseText(entry.get("co"))]) {
      if (country !== null) found.add(country + id);
    }
  }
  return [...found].slice(0, MAX_IDS);
}

function mapsOf(value: Cbor | undefined): CborMap[] {
  return looseItems(value).filter((item): item is CborMap => item instanceof Map);
}

function isPresent<T>(value: T | null): value is T {
  return value !== null;
}
