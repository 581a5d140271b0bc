/** One text in, one Evidence out. Twin of credentials/reading.py. */

import { matchesBhyt, readBhyt } from "./bhyt.ts";
import { familyOfCccd, matchesCccd, readCccd } from "./cccd.ts";
import { type Conditions, judgedMs, under } from "./conditions.ts";
import type { Evidence, Family } from "./evidence.ts";
import { matchesHc1, matchesShc } from "./health_prefixes.ts";
import { matchesOwn, readOwn } from "./own.ts";
import { matchesPcCovid, readPcCovid } from "./pc_covid.ts";
import { hasLoneSurrogate, isLongerThan, strip, stripEnd } from "./text.ts";
import type { Trust } from "./trust.ts";
import { familyOfTyped, readTyped } from "./typed.ts";
import { MAX_CHARACTERS, matchesUrl, readOpaque, readUrl } from "./unlisted.ts";

/** Loads what reads health documents. Rejects where the file cannot be had. */
export async function healthReaders(): Promise<typeof import("./health_readers.ts")> {
  return await import("./health_readers.ts");
}

/**
 * The family that `text` belongs to; `opaque` when none, or when it is over 4,296 characters.
 *
 * What a scanner adds at the ends (tab, CR, LF) is not looked at. Spaces are, for they mean
 * something at the end of base45.
 */
export function recognise(text: string): Family {
  if (isLongerThan(text, MAX_CHARACTERS) || hasLoneSurrogate(text)) return "opaque";
  const bare = strip(text, "\t\r\n");
  if (matchesOwn(bare)) return "own";
  if (matchesHc1(bare)) return "hc1";
  if (matchesShc(bare)) return "shc";
  if (matchesBhyt(bare)) return "bhyt";
  if (matchesPcCovid(bare)) return "pc_covid";
  if (matchesCccd(bare)) return familyOfCccd(bare);
  const typed = familyOfTyped(bare);
  if (typed !== null) return typed;
  return matchesUrl(strip(bare, " ")) ? "url" : "opaque";
}

/** What `text` proves at `nowMs` (epoch ms) under `trust`. Never rejects for any text once the readers are loaded. */
export async function read(
  text: string,
  trust: Trust,
  nowMs: number,
  leewayMs = 0,
  conditions: Conditions = {},
): Promise<Evidence> {
  const found = await readFamily(text, trust, judgedMs(nowMs, conditions), leewayMs);
  return under(found, nowMs, conditions);
}

async function readFamily(text: string, trust: Trust, nowMs: number, leewayMs: number): Promise<Evidence> {
  const family = recognise(text);
  const bare = isLongerThan(text, MAX_CHARACTERS) ? text : strip(text, "\t\r\n");
  switch (family) {
    case "own":
      return readOwn(stripEnd(bare, " "), trust, nowMs, leewayMs);
    case "hc1":
      return (await healthReaders()).readHc1(bare, trust, nowMs, leewayMs);
    case "shc":
      return (await healthReaders()).readShc(stripEnd(bare, " "), trust, nowMs, leewayMs);
    case "bhyt":
      return readBhyt(bare);
    case "pc_covid":
      return readPcCovid(bare);
    case "cccd":
    case "can_cuoc":
    case "cmnd":
      return bare.includes("|") ? readCccd(bare) : readTyped(bare);
    case "url":
      return readUrl(strip(bare, " "));
    default:
      return readOpaque(bare);
  }
}
