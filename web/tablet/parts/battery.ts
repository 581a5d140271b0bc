/** The battery, where the browser tells of it: Chromium does, on Android always. */

import { useEffect, useState } from "preact/hooks";

export interface Battery {
  /** Per cent, whole. */
  level: number;
  charging: boolean;
}

/** In no engine's types, and in Chromium alone. */
interface BatterySource extends EventTarget {
  level: number;
  charging: boolean;
}
type WithBattery = Navigator & { getBattery?: () => Promise<BatterySource> };

const CHANGES = ["levelchange", "chargingchange"] as const;

/** Null until it is known, and for ever where the browser does not say. */
export function useBattery(): Battery | null {
  const [battery, setBattery] = useState<Battery | null>(null);
  useEffect(() => {
    let source: BatterySource | null = null;
    let over = false;
    const look = (): void => {
      if (source !== null) setBattery({ level: Math.round(source.level * 100), charging: source.charging });
    };
    const found = (one: BatterySource): void => {
      if (over) return;
      source = one;
      for (const name of CHANGES) one.addEventListener(name, look);
      look();
    };
    // Refused by a policy or outside a secure context: as if there were none.
    (navigator as WithBattery).getBattery?.().then(found, () => undefined);
    return () => {
      over = true;
      for (const name of CHANGES) source?.removeEventListener(name, look);
    };
  }, []);
  return battery;
}
