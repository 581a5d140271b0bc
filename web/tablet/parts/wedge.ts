/**
 * Collects what a hand scanner types. Letters come from `KeyboardEvent.code` read as a US layout, because an
 * active Vietnamese input method rewrites `key` (all real codes contain Telex or VNI triggers).
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

/** Between two characters of one burst; a person types slower than this. */
export const BURST_GAP_MS = 60;
const SHORTEST = 6;
/** The longest real code; what is longer is not one. */
const LONGEST = 4_296;

/** Feed every keydown; a finished code comes back with Enter or Tab, the usual suffixes. */
export class Wedge {
  #text = "";
  #last_ms = -Infinity;

  /** "code": a whole text arrived. "typing": inside a burst, so the key belongs to us. null: not a scanner. */
  key(key: WedgeKey): { kind: "code"; text: string } | { kind: "typing" } | null {
    if (key.code.startsWith("Shift")) return null;
    if (key.time_ms - this.#last_ms > BURST_GAP_MS) this.#text = "";
    this.#last_ms = key.time_ms;
    if (key.code === "Enter" || key.code === "NumpadEnter" || key.code === "Tab") return this.#end();
    const typed = character(key);
    if (typed === null) return null;
    if (this.#text.length < LONGEST) this.#text += typed;
    return this.#text.length >= 3 ? { kind: "typing" } : null;
  }

  /** For scanners without a suffix: what stands when the burst has gone quiet. */
  quiet(now_ms: number): string | null {
    if (now_ms - this.#last_ms <= BURST_GAP_MS * 2) return null;
    return this.#end()?.text ?? null;
  }

  #end(): { kind: "code"; text: string } | null {
    const text = this.#text;
    this.#text = "";
    return text.length >= SHORTEST ? { kind: "code", text } : null;
  }
}
