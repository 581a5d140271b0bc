/** Listens on every serial scanner that somebody once connected, and connects another. */

import { useEffect, useRef, useState } from "preact/hooks";
import { readPort, type Serial, type SerialPort, serialOf } from "./serial.ts";

interface SerialScanner {
  /** Null where this browser has no serial ports, or a scanner is connected already. */
  connect: (() => void) | null;
  /** A scanner was unplugged or could not be opened. */
  lost: boolean;
}

export function useSerial(read: (text: string) => void): SerialScanner {
  const take = useRef(read);
  take.current = read;
  const serial = useRef<Serial | null>(serialOf(navigator)).current;
  const open = useRef(new Set<SerialPort>()).current;
  const ended = useRef<AbortController | null>(null);
  const [count, setCount] = useState(0);
  const [lost, setLost] = useState(false);

  const listen = (port: SerialPort): void => {
    const signal = ended.current?.signal;
    if (signal === undefined || open.has(port)) return;
    open.add(port);
    setCount(open.size);
    setLost(false);
    const over = (unplugged: boolean): void => {
      open.delete(port);
      if (signal.aborted) return;
      setCount(open.size);
      setLost(unplugged);
    };
    readPort(port, (text) => take.current(text), signal).then(over, () => over(true));
  };
  useEffect(() => {
    if (serial === null) return undefined;
    const end = new AbortController();
    ended.current = end;
    const all = (): void => {
      serial.getPorts().then(
        (ports) => ports.forEach(listen),
        () => undefined, // forbidden by policy: as if there were none
      );
    };
    all();
    serial.addEventListener("connect", all);
    return () => {
      serial.removeEventListener("connect", all);
      end.abort();
      open.clear();
    };
  }, []);

  const connect = (): void => {
    // Nothing chosen is no error.
    serial?.requestPort().then(listen, () => undefined);
  };
  return { connect: serial === null || count > 0 ? null : connect, lost };
}
