/**
 * Collects what a hand scanner types. Letters come from `KeyboardEvent.code` read as a US layout, because an
 * active Vietnamese input method rewrites `key` (all real codes contain Telex or VNI triggers).
 *
 * Some input methods leave the codes alone and are harmless so. Others take a key away and type something else:
 * Backspace and letters that belong to no key. What they did cannot be undone, so such a burst is `garbled`.
 */

const SHIFTED_DIGITS = ")!@#$%^&*(";
const SIGNS: Record<string, readonly [string, string]> = {
  Minus: ["-", "_"],
  Equal: ["=", "+"],
  BracketLeft: ["[", "{"],
  BracketRight: ["]", "}"],
  Backslash: ["\\", "|"],
  Semicolon: [";", ":"],
  Quote: ["'", '"'],
  Backquote: ["`", "~"],
  Comma: [",", "<"],
  Period: [".", ">"],
  Slash: ["/", "?"],
  Space: [" ", " "],
  NumpadDecimal: [".", "."],
  NumpadDivide: ["/", "/"],
  NumpadMultiply: ["*", "*"],
  NumpadSubtract: ["-", "-"],
  NumpadAdd: ["+", "+"],
};

/** The character a key gives on a US layout, or null for keys that give none. */
export function usCharacter(code: string, shift: boolean): string | null {
  if (/^Key[A-Z]$/.test(code)) return shift ? code.slice(3) : code.slice(3).toLowerCase();
  if (/^Digit[0-9]$/.test(code)) {
    const digit = code.slice(5);
    return shift ? (SHIFTED_DIGITS[Number(digit)] ?? null) : digit;
  }
  if (/^Numpad[0-9]$/.test(code)) return code.slice(6);
  const signs = SIGNS[code];
  return signs === undefined ? null : signs[shift ? 1 : 0];
}

/** What of a KeyboardEvent counts. */
export interface WedgeKey {
  code: string;
  /** What the system made of it: right about case (caps lock), wrong under an input method. */
  key: string;
  shift: boolean;
  time_ms: number;
}

function character(key: WedgeKey): string | null {
  const plain = usCharacter(key.code, false);
  const shifted = usCharacter(key.code, true);
  if (key.key === plain || key.key === shifted) return key.key;
  return key.shift ? shifted : plain;
}

/** Between the first characters of a burst; a person types slower than this. */
export const BURST_GAP_MS = 60;
/** Within a burst that no person can have begun: a wireless scanner may stall in the middle of a code. */
export const STALL_MS = 400;
const SHORTEST = 6;
/** The longest real code; what is longer is not one. */
const LONGEST = 4_296;

/** "code": a whole text arrived. "garbled": one arrived, and an input method had its hands in it. */
export type Scanned = { kind: "code"; text: string } | { kind: "garbled" };

/** Feed every keydown; a finished code comes back with Enter or Tab, the usual suffixes. */
export class Wedge {
  #text = "";
  #keys = 0;
  #garbled = false;
  #last_ms = -Infinity;

  /** "typing": inside a burst, so the key belongs to us. null: not a scanner. */
  key(key: WedgeKey): Scanned | { kind: "typing" } | null {
    if (/^(?:Shift|CapsLock)/.test(key.code)) return null;
    if (key.time_ms - this.#last_ms > (this.#keys < SHORTEST ? BURST_GAP_MS : STALL_MS)) this.#forget();
    this.#last_ms = key.time_ms;
    if (key.code === "Enter" || key.code === "NumpadEnter" || key.code === "Tab") return this.#end();
    const foreign = key.code === "" || key.code === "Unidentified";
    const typed = foreign ? null : character(key);
    // No scanner corrects itself. A burst that begins with one is somebody deleting.
    if (foreign || (key.code === "Backspace" && this.#keys > 0)) this.#garbled = true;
    else if (typed === null) return null;
    this.#keys += 1;
    if (typed !== null && this.#text.length < LONGEST) this.#text += typed;
    return this.#keys >= 3 ? { kind: "typing" } : null;
  }

  /** For scanners without a suffix: what stands when the burst has gone quiet. */
  quiet(now_ms: number): Scanned | null {
    return now_ms - this.#last_ms < STALL_MS ? null : this.#end();
  }

  #end(): Scanned | null {
    const [text, keys, garbled] = [this.#text, this.#keys, this.#garbled];
    this.#forget();
    if (keys < SHORTEST) return null;
    return garbled ? { kind: "garbled" } : { kind: "code", text };
  }

  #forget(): void {
    this.#text = "";
    this.#keys = 0;
    this.#garbled = false;
  }
}
