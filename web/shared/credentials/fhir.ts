/** What a SMART Health Card says: a small FHIR bundle. Twin of credentials/fhir.py. */

import { dateOfLoose } from "./dates.ts";
import { type Dose, type Identity, identityOf, type Sex, type Test } from "./evidence.ts";
import { type HealthDocument, HealthError, type Kind } from "./health.ts";
import { isJsonObject, type JsonObject, member } from "./jws.ts";
import { looseDay, looseEpochS, looseInstant, looseInteger, looseItems, looseText } from "./loose.ts";

const MAX_DOSES = 99;

const CVX = "http://hl7.org/fhir/sid/cvx";
const LOINC = "http://loinc.org";
const COVID_19_CVX = /^(?:2(?:0[78]|1[0-3789]|2[15-9]|30)|30[0-2]|50[0-9]|51[0-9]|52[01])$/;
const ONE_DOSE_CVX = "212";
const TEST_TYPES: ReadonlyMap<string, Test["type"]> = new Map([
  ...["94500-6", "94309-2", "94845-5", "94531-1", "94759-8", "95406-5"].map((code) => [code, "pcr"] as const),
  ...["94558-4", "97097-0", "95209-3", "96119-3"].map((code) => [code, "rapid"] as const),
]);
const TEST_RESULTS: ReadonlyMap<string, Test["result"]> = new Map([
  ["260415000", "negative"],
  ["260385009", "negative"],
  ["260373001", "positive"],
  ["10828004", "positive"],
]);
const SEXES: ReadonlyMap<string, Sex> = new Map([
  ["male", "M"],
  ["female", "F"],
]);
const FINAL: readonly unknown[] = ["final", "amended", "corrected"];

export interface CardContent {
  document: HealthDocument;
  revocation_id: string | null;
}

/** The claims of a card. Throws HealthError where it names nobody or says nothing. */
export function readCard(payload: JsonObject): CardContent {
  const credential = member(payload, "vc");
  const bundle = member(member(credential, "credentialSubject"), "fhirBundle");
  const resources = objectsOf(member(bundle, "entry")).map((entry) => member(entry, "resource"));
  const patients = ofType(resources, "Patient");
  const doses = ofType(resources, "Immunization");
  const tests = ofType(resources, "Observation");
  const not_before_s = looseEpochS(member(payload, "nbf"));
  const expires_s = looseEpochS(member(payload, "exp"));
  if (not_before_s === null || (expires_s === null && (member(payload, "exp") ?? null) !== null)) {
    throw new HealthError("no validity");
  }
  const [patient] = patients;
  if (patient === undefined || patients.length !== 1 || doses.length + tests.length === 0) {
    throw new HealthError("no person, several, or nothing about them");
  }
  const kinds: Kind[] = [];
  if (tests.length > 0) kinds.push("test");
  if (doses.length > 0) kinds.push("vaccination");
  const identity = identityIn(patient);
  const oddBirth = identity.birth_date === null && looseText(member(patient, "birthDate")) !== null;
  const document: HealthDocument = {
    kinds,
    identity,
    facts: {
      doses: dosesOf(doses),
      tests: tests.map(testOf).filter((test): test is Test => test !== null),
      recoveries: [],
      declaration: null,
    },
    issuer: looseText(member(payload, "iss")),
    issued_s: not_before_s,
    not_before_s,
    expires_s,
    warnings: oddBirth ? ["birth_date"] : [],
  };
  return { document, revocation_id: looseText(member(credential, "rid")) };
}

/** Surname first, as Vietnamese papers have it. */
function identityIn(patient: JsonObject): Identity {
  for (const written of objectsOf(member(patient, "name"))) {
    const given = member(written, "given");
    const parts = [member(written, "family"), ...(Array.isArray(given) ? given.slice(0, 8) : [])];
    const known = parts.map(looseText).filter((part) => part !== null);
    const name = known.join(" ") || looseText(member(written, "text"));
    if (!name) continue;
    const birth = looseText(member(patient, "birthDate"));
    const sex = SEXES.get(looseText(member(patient, "gender")) ?? "") ?? null;
    return identityOf(name, { birth_date: birth === null ? null : dateOfLoose(birth), sex });
  }
  throw new HealthError("no name");
}

/** In the order given by their dates; a dose without a number of its own has its place in it. */
function dosesOf(resources: JsonObject[]): Dose[] {
  const given: { date: string; product: string; resource: JsonObject }[] = [];
  for (const resource of resources) {
    const product = codeOf(member(resource, "vaccineCode"), CVX, (code) => COVID_19_CVX.test(code));
    const date = looseDay(member(resource, "occurrenceDateTime"));
    if (member(resource, "status") === "completed" && product !== null && date !== null) {
      given.push({ date, product, resource });
    }
  }
  // Dates have ten characters, products three: their texts sort as the pairs do.
  given.sort((a, b) => (a.date + a.product < b.date + b.product ? -1 : a.date + a.product > b.date + b.product ? 1 : 0));
  return given.map(({ date, product, resource }, place) => {
    const protocol = objectsOf(member(resource, "protocolApplied"))[0] ?? {};
    const number = looseInteger(member(protocol, "doseNumberPositiveInt"), MAX_DOSES) || place + 1;
    const of = looseInteger(member(protocol, "seriesDosesPositiveInt"), MAX_DOSES);
    const series = product === ONE_DOSE_CVX ? 1 : 2;
    return { number, of: of || series, product: `cvx:${product}`, date };
  });
}

function testOf(resource: JsonObject): Test | null {
  const type = TEST_TYPES.get(codeOf(member(resource, "code"), LOINC, (code) => TEST_TYPES.has(code)) ?? "");
  const concept = member(resource, "valueCodeableConcept");
  const result = TEST_RESULTS.get(codeOf(concept, null, (code) => TEST_RESULTS.has(code)) ?? "");
  const sampled_at = looseInstant(member(resource, "effectiveDateTime"));
  if (!FINAL.includes(member(resource, "status")) || sampled_at === null) return null;
  if (type === undefined || result === undefined) return null;
  return { type, result, sampled_at, resulted_at: looseInstant(member(resource, "issued")) };
}

/** The first code of a concept that we know, in one system or any. */
function codeOf(concept: unknown, system: string | null, isKnown: (code: string) => boolean): string | null {
  for (const coding of objectsOf(member(concept, "coding"))) {
    const code = looseText(member(coding, "code"));
    if (code !== null && isKnown(code) && (system === null || member(coding, "system") === system)) {
      return code;
    }
  }
  return null;
}

function ofType(resources: unknown[], name: string): JsonObject[] {
  return resources.filter(isJsonObject).filter((one) => member(one, "resourceType") === name);
}

function objectsOf(value: unknown): JsonObject[] {
  return looseItems(value).filter(isJsonObject);
}
