/** The files of administrative units: in the service worker's cache, read when a screen first needs them. */

import { useEffect, useState } from "preact/hooks";
import units2021 from "../../../rules/places/units_2021.txt?url";
import units2025 from "../../../rules/places/units_2025.txt?url";
import type { NamedPlace, Place } from "../core/types.ts";
import { NO_UNITS, parseUnits, prepare, type Units } from "./units.ts";

const URLS: Record<Place["dataset"], string> = { "2021": units2021, "2025": units2025 };
const SLICE = 200;
const read = new Map<string, Promise<Units>>();
/** Those read already: a screen that comes later has them in its first picture. */
const ready = new Map<string, Units>();

/** The units of every data set that the levels pack speaks in; both where it names no place yet. */
export function useUnits(levelled: readonly NamedPlace[]): Units {
  const used = (["2021", "2025"] as const).filter((one) => levelled.length === 0 || levelled.some(({ place }) => place.dataset === one));
  const wanted = used.join();
  const [units, setUnits] = useState(() => ready.get(wanted) ?? NO_UNITS);
  useEffect(() => {
    let gone = false;
    // Without them the places of the levels pack are still there to choose from.
    unitsOf(used).then(
      (found) => !gone && setUnits(found),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [wanted]);
  return units;
}

function unitsOf(datasets: readonly Place["dataset"][]): Promise<Units> {
  const key = datasets.join();
  let found = read.get(key);
  if (found === undefined) {
    found = Promise.all(datasets.map(async (dataset) => ({ dataset, text: await textOf(URLS[dataset]) }))).then(parseUnits);
    found.then(
      (units) => {
        ready.set(key, units);
        prepareAll(units);
      },
      () => undefined,
    );
    found.catch(() => read.delete(key));
    read.set(key, found);
  }
  return found;
}

/** In slices: on an old tablet all of them at once would hold up a scan. */
function prepareAll(units: Units, first = 0): void {
  const next = prepare(units, first, SLICE);
  if (next !== null) window.setTimeout(() => prepareAll(units, next), 0);
}

async function textOf(url: string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`units: ${answer.status}`);
  return await answer.text();
}
