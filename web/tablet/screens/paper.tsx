/** «Ghi bù»: the paper log copied line by line. What is the same in the next line stays; the keypad follows what is missing. */

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { startOfDay } from "../core/gate_figures.ts";
import type { Action, SavedCrossing, VehicleClass } from "../core/types.ts";
import { Button, Chips, Notice, Sheet, StepHead } from "../parts/controls.tsx";
import { DirectionSwitch } from "../parts/direction_switch.tsx";
import { ACTIONS } from "../parts/draft.ts";
import { signal } from "../parts/feedback.ts";
import { IdentityEntry, identityFrom, NOTHING_TYPED } from "../parts/identity_entry.tsx";
import { Keypad } from "../parts/keypad.tsx";
import { nextLine, occurredMs, timeOf, timeText } from "../parts/paper_row.ts";
import { PeopleStepper } from "../parts/people_stepper.tsx";
import { PlateSheet } from "../parts/plate_field.tsx";
import { plateFrom, plateText } from "../parts/plate_text.ts";
import { SavedNotice } from "../parts/saved_notice.tsx";
import { clockText } from "../parts/time.ts";
import { errorText, useUi } from "../parts/ui.ts";
import { VEHICLES, VehicleButton } from "../parts/vehicle_picker.tsx";
import type { OtherProps } from "./other_props.ts";

type Day = "0" | "1" | "2";
const DAYS: readonly Day[] = ["0", "1", "2"];
const LONGEST_NO = 32;
const MOST_ABOARD = 500;

export default function PaperScreen({ close }: OtherProps): JSX.Element {
  const { core, state, texts, settings, change, now_ms } = useUi();
  const [day, setDay] = useState<Day>("0");
  const [no, setNo] = useState("1");
  const [typed, setTyped] = useState("");
  const [last_hour, setLastHour] = useState<number | null>(null);
  const [plate, setPlate] = useState("");
  const [vehicle, setVehicle] = useState<VehicleClass>("car");
  const [headcount, setHeadcount] = useState(1);
  const [action, setAction] = useState<Action>("passed");
  const [who, setWho] = useState(NOTHING_TYPED);
  const [open, setOpen] = useState<"line" | "plate" | "vehicle" | "who" | null>(null);
  const [count, setCount] = useState(0);
  const [saved, setSaved] = useState<{ crossing: SavedCrossing; at_ms: number; what: string } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [seen, setSeen] = useState<readonly string[]>([]);
  const writing = useRef(false);
  const words = texts.paper;
  const time = timeOf(typed, last_hour);
  const server_ms = now_ms + (state.clock_skew_ms ?? 0);
  const occurred_ms = time === null ? null : occurredMs(startOfDay(server_ms), Number(day), time);
  const to_come = occurred_ms !== null && occurred_ms > server_ms;

  const fail = (reason: unknown): void => {
    writing.current = false;
    signal("refused", settings.sound);
    setError(errorText(texts, reason));
  };
  /** Two keys may come before the first is on the screen. */
  const now_typed = useRef(typed);
  now_typed.current = typed;
  const type = (next: string): void => {
    now_typed.current = next;
    setTyped(next);
  };
  const eraseTime = (): void => type(now_typed.current.slice(0, -1));
  const pressTime = (key: string): void => {
    const next = (now_typed.current + key).slice(0, 4);
    type(next);
    if (next.length === 4 && timeOf(next, null) !== null) setOpen("plate");
  };
  const save = (): void => {
    if (occurred_ms === null || time === null || to_come || writing.current) return;
    writing.current = true;
    setError(null);
    const shown = plateFrom(plate);
    const { identity } = identityFrom(who);
    const { name, id_number, phone } = identity ?? {};
    const known = Object.fromEntries(Object.entries({ name, id_number, phone }).filter(([, one]) => typeof one === "string"));
    core.gate.brief
      .save({
        ...{ direction: settings.direction, vehicle_class: vehicle, plate: shown, headcount, action },
        paper: { no, occurred_ms },
        ...(identity === undefined ? {} : { identity: known }),
      })
      .then((crossing) => {
        writing.current = false;
        signal("saved", settings.sound);
        setSaved({ crossing, at_ms: Date.now(), what: `${no} · ${clockText(occurred_ms)}${shown === null ? "" : ` · ${plateText(shown.normal)}`}` });
        if (shown !== null) setSeen((before) => [shown.normal, ...before]);
        setCount((before) => before + 1);
        setLastHour(time.hour);
        setNo(nextLine(no));
        setTyped("");
        setPlate("");
        setHeadcount(1);
        setAction("passed");
        setWho(NOTHING_TYPED);
      }, fail);
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
  useTyping(open === null, pressTime, eraseTime);
  const shown_who = [who.name, who.number].filter((one) => one !== "").join(" · ");
  return (
    <main class="screen paper">
      <div class="paper-head">
        <StepHead title={words.title_count(count)} back={close} entered={plate !== "" || who !== NOTHING_TYPED} />
        <CellButton name={words.line} value={`${no} · ${words.days[day]} · ${texts.directions[settings.direction]}`} chosen={false} press={() => setOpen("line")} />
      </div>
      <div class="rush-said">
        {error !== null ? (
          <Notice kind="bad">{error}</Notice>
        ) : to_come ? (
          <Notice kind="bad">{texts.errors["draft.time"]}</Notice>
        ) : saved !== null ? (
          <SavedNotice key={saved.crossing.ref} saved_ms={saved.at_ms} undo={undo} over={() => setSaved(null)}>
            <span>{saved.what}</span>
          </SavedNotice>
        ) : (
          <p class="hint">{words.how}</p>
        )}
      </div>
      <div class="paper-cells" role="group" aria-label={words.title}>
        <CellButton name={words.time} value={timeText(typed, last_hour)} chosen={time === null} press={() => setTyped("")} />
        <CellButton name={texts.verdict.plate} value={plate === "" ? "–" : plateText(plateFrom(plate)?.normal ?? plate)} chosen={false} press={() => setOpen("plate")} />
        <CellButton name={words.vehicle} value={`${texts.vehicles[vehicle]} · ${headcount} · ${texts.act[action]}`} chosen={false} press={() => setOpen("vehicle")} />
        <CellButton name={words.who} value={shown_who === "" ? "–" : shown_who} chosen={false} press={() => setOpen("who")} />
      </div>
      <Keypad press={pressTime} erase={eraseTime} />
      <Button kind="primary" class="wide tall" disabled={occurred_ms === null || to_come} onPress={save}>
        {words.save(no)}
      </Button>
      {open === "plate" && (
        <PlateSheet
          plate={plateFrom(plate)}
          seen={seen}
          close={() => setOpen(null)}
          done={(next) => {
            setPlate(next?.normal ?? "");
            setOpen(null);
          }}
        />
      )}
      {open === "vehicle" && (
        <Sheet title={words.vehicle} close={() => setOpen(null)} foot={<Button kind="primary" class="wide" onPress={() => setOpen(null)}>{texts.app.done}</Button>}>
          <div class="vehicles all" role="radiogroup" aria-label={texts.verdict.vehicle}>
            {VEHICLES.map((one) => (
              <VehicleButton key={one} one={one} chosen={one === vehicle} choose={() => setVehicle(one)} />
            ))}
          </div>
          <PeopleStepper count={headcount} most={MOST_ABOARD} change={setHeadcount} />
          <Chips label={texts.verdict.done_as} columns={3} options={ACTIONS} chosen={action} name={(one) => texts.act[one]} choose={setAction} />
        </Sheet>
      )}
      {open === "line" && (
        <Sheet title={words.line} close={() => setOpen(null)} foot={<Button kind="primary" class="wide" onPress={() => setOpen(null)}>{texts.app.done}</Button>}>
          <label class="label" for="paper-no">
            {words.line_no}
          </label>
          <input id="paper-no" class="field" value={no} maxLength={LONGEST_NO} autocomplete="off" onInput={(event) => setNo(event.currentTarget.value)} />
          <Chips label={words.day} columns={3} options={DAYS} chosen={day} name={(one) => words.days[one]} choose={setDay} />
          <DirectionSwitch chosen={settings.direction} choose={(direction) => change({ direction })} />
        </Sheet>
      )}
      {open === "who" && (
        <Sheet title={words.who} close={() => setOpen(null)} foot={<Button kind="primary" class="wide" onPress={() => setOpen(null)}>{texts.app.done}</Button>}>
          <IdentityEntry typed={who} change={setWho} />
        </Sheet>
      )}
    </main>
  );
}

/** A keyboard at a desk is faster than any screen. */
function useTyping(active: boolean, press: (key: string) => void, erase: () => void): void {
  // With the picture, not after it: a key must not be added to what stood there before the last.
  useLayoutEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (!active || event.target instanceof HTMLInputElement) return;
      if (/^[0-9]$/.test(event.key)) press(event.key);
      else if (event.key === "Backspace") erase();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  });
}

interface CellProps {
  name: string;
  value: string;
  chosen: boolean;
  press(): void;
}

function CellButton({ name, value, chosen, press }: CellProps): JSX.Element {
  return (
    <button type="button" class={`paper-cell ${chosen ? "chosen" : ""}`} onClick={press}>
      <span>{name}</span>
      <strong>{value}</strong>
    </button>
  );
}
