/** A PIN: big keys, dots instead of digits, also by a plugged-in keyboard. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "./controls.tsx";
import { Keypad } from "./keypad.tsx";
import { BURST_GAP_MS } from "./wedge.ts";

const SHORTEST = 4;
const LONGEST = 12;
/** Most PINs have six digits: so many rings are shown empty. */
const USUAL = 6;

interface PinPadProps {
  label: string;
  action: string;
  busy: boolean;
  /** How many digits a PIN has: the last one sends it. */
  digits?: number;
  /** Resolves false to clear the field after a wrong PIN. */
  submit(pin: string): Promise<boolean>;
}

export function PinPad({ label, action, busy, digits, submit }: PinPadProps): JSX.Element {
  const [pin, setPin] = useState("");
  const burst = useRef({ last_ms: Number.NEGATIVE_INFINITY, code: false });
  const press = (key: string): void => setPin((before) => (before + key).slice(0, LONGEST));
  const erase = (): void => setPin((before) => before.slice(0, -1));
  const send = (): void => {
    if (busy || pin.length < SHORTEST) return;
    void submit(pin).then((right) => {
      if (!right) setPin("");
    });
  };
  // Sent once it is seen to be whole; a wrong one is cleared, so this cannot go round.
  useEffect(() => {
    if (digits !== undefined && pin.length === digits) send();
  }, [pin]);
  // With the picture, not after it: Enter would send what was typed before the last key.
  useLayoutEffect(() => {
    const key = (event: KeyboardEvent): void => {
      // A scanner's burst is no PIN, and its Enter must not count as a wrong one.
      if (event.timeStamp - burst.current.last_ms > BURST_GAP_MS) burst.current.code = false;
      burst.current.last_ms = event.timeStamp;
      if (/^[^0-9]$/.test(event.key)) burst.current.code = true;
      if (burst.current.code) return setPin("");
      if (/^[0-9]$/.test(event.key)) press(event.key);
      else if (event.key === "Backspace") erase();
      // With no PIN there it presses the button that has the focus.
      else if (event.key === "Enter" && pin.length >= SHORTEST) send();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  });
  const rings = Math.max(USUAL, pin.length);
  return (
    <div class="pin-pad">
      <p class="pin-label">{label}</p>
      <div class="pin-dots" role="status" aria-label={`${label}: ${pin.length}`}>
        {Array.from({ length: rings }, (_, n) => (
          <span key={n} class={n < pin.length ? "dot full" : "dot"} />
        ))}
      </div>
      <Keypad press={press} erase={erase} />
      <Button kind="primary" class="wide" disabled={busy || pin.length < SHORTEST} onPress={send}>
        {action}
      </Button>
    </div>
  );
}
