/** What one reading of a code proves. Twin of credentials/evidence.py, which explains the codes. */

export type Family =
  | "cccd" | "can_cuoc" | "cmnd" | "pc_covid" | "bhyt" | "hc1" | "shc" | "own" | "url" | "opaque";
export type Status = "verified" | "claim" | "unknown" | "invalid";
export type Code =
  | "ok" | "unsigned" | "untrusted" | "unrecognised"
  | "prefix" | "base45" | "zlib" | "cbor" | "cose" | "algorithm" | "signature" | "key_usage"
  | "not_yet_valid" | "expired" | "revoked" | "malformed";
export type Warning =
  | "id_province" | "id_birth_year" | "id_sex" | "birth_date" | "input_method" | "letters_lost" | "extended"
  | "clock_behind" | "trust_aging" | "trust_old" | "trust_stopped";
export type Sex = "M" | "F";

/** Whom the code names, as read; masked characters stay masked. */
export interface Identity {
  name: string;
  birth_date: string | null;
  id_number: string | null;
  sex: Sex | null;
  phone: string | null;
  address: string | null;
}

/** An administrative unit; codes were reused, so the data set is part of the key. */
export interface Place {
  dataset: "2021" | "2025";
  code: string;
}

export interface Dose {
  number: number;
  of: number;
  product: string;
  date: string;
}

export interface Test {
  type: "pcr" | "rapid";
  result: "negative" | "positive";
  sampled_at: string;
  resulted_at: string | null;
}

export interface Recovery {
  recovered_at: string;
  valid_until: string | null;
}

export interface Declaration {
  symptoms: string[];
  exposure: boolean;
  origin: Place | null;
  destination: Place | null;
  plate: string | null;
}

export interface Facts {
  doses: Dose[];
  tests: Test[];
  recoveries: Recovery[];
  declaration: Declaration | null;
}

export type Subject = { type: string } & Record<string, unknown>;

export interface Evidence {
  family: Family;
  status: Status;
  code: Code;
  identity: Identity | null;
  facts: Facts;
  issuer: string | null;
  key_id: string | null;
  issued_at: string | null;
  expires_at: string | null;
  fingerprints: string[];
  subject: Subject | null;
  warnings: Warning[];
}

/** An Evidence with every member present; what is not given is null or empty. */
export function evidenceOf(
  family: Family,
  status: Status,
  code: Code,
  known: Partial<Evidence> = {},
): Evidence {
  return {
    family,
    status,
    code,
    identity: null,
    facts: { doses: [], tests: [], recoveries: [], declaration: null },
    issuer: null,
    key_id: null,
    issued_at: null,
    expires_at: null,
    fingerprints: [],
    subject: null,
    warnings: [],
    ...known,
  };
}

export function identityOf(name: string, known: Partial<Identity> = {}): Identity {
  return {
    name,
    birth_date: null,
    id_number: null,
    sex: null,
    phone: null,
    address: null,
    ...known,
  };
}
