/** «Ghi nhanh»: a tap for the vehicle, a tap for what is done, and the next one. A plate where there is time for it. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Action, Direction, SavedCrossing, VehicleClass } from "../core/types.ts";
import { CameInNote, useCameIn } from "../parts/came_in.tsx";
import { Notice, StepHead } from "../parts/controls.tsx";
import { DirectionSwitch } from "../parts/direction_switch.tsx";
import { ACTIONS, newDraft } from "../parts/draft.ts";
import { signal, wakeSound } from "../parts/feedback.ts";
import { ACTION_ICONS, VEHICLE_ICONS } from "../parts/icons.tsx";
import { PeopleStepper } from "../parts/people_stepper.tsx";
import { PlateSheet } from "../parts/plate_field.tsx";
import { plateFrom, plateText } from "../parts/plate_text.ts";
import { SavedNotice } from "../parts/saved_notice.tsx";
import { TurnedBackNote } from "../parts/turned_back_note.tsx";
import { errorText, useUi } from "../parts/ui.ts";
import type { OtherProps } from "./other_props.ts";

const CLASSES: readonly VehicleClass[] = ["motorbike", "car", "truck", "bus", "van", "taxi", "tractor_trailer", "on_foot", "other"];
const GLANCED = 60;
const MOST_ABOARD = 99;

export default function RushScreen({ close }: OtherProps): JSX.Element {
  const { core, texts, settings, change } = useUi();
  const [vehicle, setVehicle] = useState<VehicleClass | null>(null);
  const [plate, setPlate] = useState("");
  const [headcount, setHeadcount] = useState(1);
  const [typing, setTyping] = useState(false);
  const [apart, setApart] = useState(false);
  const [saved, setSaved] = useState<{ crossing: SavedCrossing; at_ms: number; vehicle: VehicleClass } | null>(null);
  const [count, setCount] = useState(0);
  const [seen, setSeen] = useState<readonly string[]>([]);
  const [error, setError] = useState<string | null>(null);
  /** Set at once: a second tap must not come before the first is on the screen. */
  const writing = useRef(false);
  const words = texts.rush;
  const { direction } = settings;
  const shown = plateFrom(plate);
  const entry = useCameIn(direction, shown?.normal ?? null, []);

  useEffect(() => {
    core.recent(GLANCED).then((found) => setSeen(found.flatMap((one) => (one.plate === null ? [] : [one.plate.normal]))), () => undefined);
  }, [count]);
  const decision = vehicle === null ? null : core.decide({ ...newDraft(direction, vehicle, Date.now()), plate: shown, headcount });
  // A closer look at each is what is waived; what the rules refuse as it stands is not.
  const refused = decision?.verdict.outcome === "turn_back";
  const fail = (reason: unknown): void => {
    writing.current = false;
    signal("refused", settings.sound);
    setError(errorText(texts, reason));
  };
  const save = (action: Action): void => {
    if (vehicle === null || writing.current) return;
    writing.current = true;
    wakeSound();
    setError(null);
    const paired = entry !== null && !apart && action !== "turned_back" ? entry.record : null;
    core.gate.brief
      .save({ direction, vehicle_class: vehicle, plate: shown, headcount, action })
      .then(async (crossing) => {
        // The crossing is on disk; one that is not paired may be later.
        if (paired !== null) await core.gate.pair(paired, crossing).catch(() => undefined);
        writing.current = false;
        signal("saved", settings.sound);
        setSaved({ crossing, at_ms: Date.now(), vehicle });
        setCount((before) => before + 1);
        setVehicle(null);
        setPlate("");
        setHeadcount(1);
        setApart(false);
      })
      .catch(fail);
  };
  const undo = (): void => {
    if (saved === null || writing.current) return;
    writing.current = true;
    setSaved(null);
    core.undo(saved.crossing).then(() => {
      writing.current = false;
      setCount((before) => Math.max(0, before - 1));
    }, fail);
  };
  return (
    <main class="screen rush">
      <div class="rush-head">
        <StepHead title={words.title_count(count)} back={close} />
        <DirectionSwitch chosen={direction} choose={(one: Direction) => change({ direction: one })} />
      </div>
      <div class="rush-said">
        {error !== null ? (
          <Notice kind="bad">{error}</Notice>
        ) : refused ? (
          <Notice kind="bad">
            {words.refused} {decision?.reasons[0]?.[settings.language]} {words.full}
          </Notice>
        ) : entry !== null ? (
          <CameInNote entry={entry} paired={!apart} pair={(paired) => setApart(!paired)} />
        ) : saved !== null ? (
          <SavedNotice key={saved.crossing.ref} saved_ms={saved.at_ms} undo={undo} over={() => setSaved(null)}>
            <span>{texts.vehicles[saved.vehicle]}</span>
          </SavedNotice>
        ) : (
          <p class="hint">{words.how}</p>
        )}
      </div>
      <div class="rush-vehicles" role="radiogroup" aria-label={texts.verdict.vehicle}>
        {CLASSES.map((one) => {
          const Icon = VEHICLE_ICONS[one];
          return (
            <button type="button" key={one} role="radio" aria-checked={one === vehicle} class={`rush-vehicle ${one === vehicle ? "chosen" : ""}`} onClick={() => setVehicle(one)}>
              <Icon />
              <span>{texts.vehicles[one]}</span>
            </button>
          );
        })}
      </div>
      <div class="rush-more">
        <button type="button" class="row plate-row" aria-label={texts.verdict.plate} onClick={() => setTyping(true)}>
          {shown === null ? <span class="row-empty">{words.plate}</span> : <span class="plate">{plateText(shown.normal)}</span>}
        </button>
        <PeopleStepper count={headcount} most={MOST_ABOARD} change={setHeadcount} />
        <TurnedBackNote plate={shown?.normal ?? null} />
      </div>
      <footer class="rush-actions" role="group" aria-label={texts.verdict.done_as}>
        {ACTIONS.map((one) => {
          const Icon = ACTION_ICONS[one];
          return (
            <button type="button" key={one} class={`rush-action ${one}`} disabled={vehicle === null || (refused && one === "passed")} onClick={() => save(one)}>
              <Icon />
              <span>{texts.act[one]}</span>
            </button>
          );
        })}
      </footer>
      {typing && (
        <PlateSheet
          plate={shown}
          seen={seen}
          close={() => setTyping(false)}
          done={(typed) => {
            setPlate(typed?.normal ?? "");
            setTyping(false);
          }}
        />
      )}
    </main>
  );
}
