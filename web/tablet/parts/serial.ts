/**
 * Scanners on a serial port (WebSerial): no keyboard is involved, so no input method, layout or speed of keys.
 *
 * Chromium on a desk or laptop has it; elsewhere `serialOf` gives null and nothing is offered.
 */

/** What of navigator.serial is used; no engine's types have it yet. */
export interface Serial {
  getPorts(): Promise<SerialPort[]>;
  requestPort(): Promise<SerialPort>;
  addEventListener(kind: "connect", listener: () => void): void;
  removeEventListener(kind: "connect", listener: () => void): void;
}

export interface SerialPort {
  readonly readable: ReadableStream<Uint8Array> | null;
  open(options: { baudRate: number }): Promise<void>;
  close(): Promise<void>;
}

/** Most scanners' setting; those on USB do not mind. */
const BAUD_RATE = 9600;
/** A scanner without a suffix is done when it has been quiet for this long. */
export const QUIET_MS = 80;
/** The longest code, in UTF-8 at most. */
const LONGEST_BYTES = 4 * 4_296;

export function serialOf(of: Navigator): Serial | null {
  return (of as Navigator & { serial?: Serial }).serial ?? null;
}

/** Bytes to codes: each ends with CR, LF, Tab, or by falling quiet. */
export class SerialLines {
  readonly #onText: (text: string) => void;
  #bytes: number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onText: (text: string) => void) {
    this.#onText = onText;
  }

  feed(chunk: Uint8Array): void {
    clearTimeout(this.#timer);
    for (const byte of chunk) {
      if (byte === 13 || byte === 10 || byte === 9) this.#end();
      // One more than fits is kept, so that what is too long is told as such and not as its beginning.
      else if (this.#bytes.length <= LONGEST_BYTES) this.#bytes.push(byte);
    }
    this.#timer = setTimeout(() => this.#end(), QUIET_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#bytes = [];
  }

  #end(): void {
    const text = new TextDecoder().decode(Uint8Array.from(this.#bytes));
    this.#bytes = [];
    if (text !== "") this.#onText(text);
  }
}

/** Reads a port until `signal` ends it or the scanner is unplugged; true for unplugged. Rejects where it does not open. */
export async function readPort(port: SerialPort, onText: (text: string) => void, signal: AbortSignal): Promise<boolean> {
  await port.open({ baudRate: BAUD_RATE });
  const lines = new SerialLines(onText);
  let lost = false;
  // After a parity error or an overrun the port has a new stream.
  while (port.readable !== null && !signal.aborted && !lost) {
    const reader = port.readable.getReader();
    const cancel = (): void => void reader.cancel().catch(() => undefined);
    signal.addEventListener("abort", cancel);
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) lines.feed(part.value);
      lost = !signal.aborted;
    } catch {
      lines.stop();
    } finally {
      signal.removeEventListener("abort", cancel);
      reader.releaseLock();
    }
  }
  lines.stop();
  await port.close().catch(() => undefined);
  return !signal.aborted;
}
