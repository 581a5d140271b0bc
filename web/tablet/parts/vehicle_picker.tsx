/** Which kind of vehicle: an icon and a word each. */

import type { JSX } from "preact";
import type { VehicleClass } from "../core/types.ts";
import { Sheet } from "./controls.tsx";
import { TickIcon, VEHICLE_ICONS } from "./icons.tsx";
import { useUi } from "./ui.ts";

const COMMON: readonly VehicleClass[] = ["motorbike", "car", "taxi", "bus", "truck", "van", "tractor_trailer"];
/** On a phone the others are behind the last button. */
const USUAL: readonly VehicleClass[] = ["motorbike", "car", "truck"];
export const VEHICLES: readonly VehicleClass[] = [
  "motorbike",
  "car",
  "taxi",
  "bus",
  "van",
  "truck",
  "tractor_trailer",
  "ambulance",
  "bicycle",
  "on_foot",
  "other",
];
interface VehicleRowProps {
  chosen: VehicleClass;
  choose(vehicle_class: VehicleClass): void;
  more(): void;
}

/** The common classes and a way to the rest. */
export function VehicleRow({ chosen, choose, more }: VehicleRowProps): JSX.Element {
  const { texts } = useUi();
  // A rarer class that was chosen takes the last common place, so that it stays in sight.
  const shown = COMMON.includes(chosen) ? COMMON : [...COMMON.slice(0, -1), chosen];
  return (
    <div class="vehicles" role="radiogroup" aria-label={texts.verdict.vehicle}>
      {shown.map((one) => (
        <VehicleButton key={one} one={one} chosen={one === chosen} choose={() => choose(one)} />
      ))}
      <button type="button" class="vehicle" aria-label={`${texts.vehicles.other}: ${texts.app.more}`} onClick={more}>
        {VEHICLE_ICONS.other({})}
        <span>{texts.vehicles.other}</span>
      </button>
    </div>
  );
}

export function VehicleButton({ one, chosen, choose }: { one: VehicleClass; chosen: boolean; choose(): void }): JSX.Element {
  const { texts } = useUi();
  const Icon = VEHICLE_ICONS[one];
  return (
    <button type="button" role="radio" aria-checked={chosen} class={`vehicle ${chosen ? "chosen" : ""} ${USUAL.includes(one) ? "" : "rare"}`} onClick={choose}>
      {chosen && <TickIcon class="chip-tick" />}
      <Icon />
      <span>{texts.vehicles[one]}</span>
    </button>
  );
}

export function VehicleSheet({ chosen, choose, close }: { chosen: VehicleClass; choose(one: VehicleClass): void; close(): void }): JSX.Element {
  const { texts } = useUi();
  return (
    <Sheet title={texts.verdict.vehicle} close={close}>
      <div class="vehicles all" role="radiogroup" aria-label={texts.verdict.vehicle}>
        {VEHICLES.map((one) => (
          <VehicleButton key={one} one={one} chosen={one === chosen} choose={() => choose(one)} />
        ))}
      </div>
    </Sheet>
  );
}
