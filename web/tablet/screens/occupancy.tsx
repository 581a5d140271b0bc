/** A market's or a closed area's gate: one tap in, one tap out, and how many are inside against how many may be. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Direction, SavedCrossing, VehicleClass } from "../core/types.ts";
import { Button, Notice, Sheet, StepHead } from "../parts/controls.tsx";
import { beganAt, begin, type Began } from "../parts/count_began.ts";
import { signal, wakeSound } from "../parts/feedback.ts";
import { InIcon, OutIcon, VEHICLE_ICONS } from "../parts/icons.tsx";
import { Keypad } from "../parts/keypad.tsx";
import { PeopleStepper } from "../parts/people_stepper.tsx";
import { SavedNotice } from "../parts/saved_notice.tsx";
import { momentText } from "../parts/time.ts";
import { errorText, useUi } from "../parts/ui.ts";
import type { OtherProps } from "./other_props.ts";

const CLASSES: readonly VehicleClass[] = ["on_foot", "motorbike", "car", "truck"];
const MOST_AT_ONCE = 99;
const MOST_DIGITS = 5;
/** From here on the number is amber: somebody should look up the road. */
const NEARLY_FULL = 0.9;

interface Figures {
  people: number;
  came_in: number;
  left: number;
  since_ms: number;
  most: number | null;
}

export default function OccupancyScreen({ close }: OtherProps): JSX.Element {
  const { core, state, texts, settings } = useUi();
  const checkpoint = state.checkpoint?.id ?? "";
  const [began, setBegan] = useState<Began | null>(() => beganAt(localStorage, checkpoint));
  const [figures, setFigures] = useState<Figures | null>(null);
  const [vehicle, setVehicle] = useState<VehicleClass>("on_foot");
  const [headcount, setHeadcount] = useState(1);
  const [full, setFull] = useState(false);
  const [counting, setCounting] = useState(false);
  const [saved, setSaved] = useState<{ crossing: SavedCrossing; at_ms: number; what: string } | null>(null);
  const [error, setError] = useState<string | null>(null);
  /** Taps are written one after the other: each is one person, also two of them in one second. */
  const last = useRef<Promise<unknown>>(Promise.resolve());
  const words = texts.occupancy;

  const fail = (reason: unknown): void => {
    signal("refused", settings.sound);
    setError(errorText(texts, reason));
  };
  const look = (): Promise<void> => core.gate.inside(began?.since_ms ?? null, began?.people ?? 0).then(setFigures, fail);
  // Others at the other gates write too: what they wrote comes with each round.
  useEffect(() => void look(), [began, state.last_contact_ms, state.unsent]);

  const write = (direction: Direction, action: "passed" | "turned_back"): void => {
    wakeSound();
    setError(null);
    setFull(false);
    const crossing = { direction, vehicle_class: vehicle, plate: null, headcount, action };
    const what = `${texts.directions[direction]} ${headcount}`;
    setHeadcount(1);
    last.current = last.current.then(() =>
      core.gate.brief.save(crossing).then((done) => {
        signal("saved", settings.sound);
        setSaved({ crossing: done, at_ms: Date.now(), what: action === "passed" ? what : texts.actions.turned_back });
        return look();
      }, fail),
    );
  };
  const { people = 0, most = null } = figures ?? {};
  const tap = (direction: Direction): void => {
    if (direction === "in" && most !== null && people + headcount > most) setFull(true);
    else write(direction, "passed");
  };
  const undo = (): void => {
    if (saved === null) return;
    setSaved(null);
    last.current = last.current.then(() => core.undo(saved.crossing).then(look, fail));
  };
  const grade = most === null ? "" : people >= most ? "full" : people >= most * NEARLY_FULL ? "nearly" : "free";
  return (
    <main class="screen occupancy">
      <StepHead title={words.title} back={close} />
      <section class={`inside ${grade}`} role="status" aria-label={words.inside}>
        <p>{words.inside}</p>
        <strong>
          {people}
          {most !== null && <small> / {most}</small>}
        </strong>
        {most !== null && <p class="inside-word">{people >= most ? words.full : words.room(most - people)}</p>}
        {figures !== null && <p class="inside-about">{words.about(figures.came_in, figures.left, momentText(figures.since_ms))}</p>}
      </section>
      <div class="rush-said">
        {error !== null ? (
          <Notice kind="bad">{error}</Notice>
        ) : saved !== null ? (
          <SavedNotice key={saved.crossing.ref} saved_ms={saved.at_ms} undo={undo} over={() => setSaved(null)}>
            <span>{saved.what}</span>
          </SavedNotice>
        ) : (
          <Button class="wide" onPress={() => setCounting(true)}>
            {words.count_anew}
          </Button>
        )}
      </div>
      <div class="occupancy-who">
        <div class="vehicles" role="radiogroup" aria-label={texts.verdict.vehicle}>
          {CLASSES.map((one) => {
            const Icon = VEHICLE_ICONS[one];
            return (
              <button type="button" key={one} role="radio" aria-checked={one === vehicle} class={`vehicle ${one === vehicle ? "chosen" : ""}`} onClick={() => setVehicle(one)}>
                <Icon />
                <span>{texts.vehicles[one]}</span>
              </button>
            );
          })}
        </div>
        <PeopleStepper count={headcount} most={MOST_AT_ONCE} change={setHeadcount} />
      </div>
      <div class="gate-taps">
        <button type="button" class="gate-tap in" onClick={() => tap("in")}>
          <InIcon />
          <span>{words.one_in(headcount)}</span>
        </button>
        <button type="button" class="gate-tap out" onClick={() => tap("out")}>
          <OutIcon />
          <span>{words.one_out(headcount)}</span>
        </button>
      </div>
      {full && (
        <Sheet
          title={words.full}
          close={() => setFull(false)}
          foot={
            <div class="pair">
              <Button kind="danger" onPress={() => write("in", "passed")}>
                {words.still_in}
              </Button>
              <Button kind="primary" onPress={() => write("in", "turned_back")}>
                {words.wait_outside}
              </Button>
            </div>
          }
        >
          <p>{words.full_hint(people, most ?? 0)}</p>
        </Sheet>
      )}
      {counting && (
        <CountSheet
          close={() => setCounting(false)}
          done={(count) => {
            // Crossings are ordered by the server's time.
            setBegan(begin(localStorage, { checkpoint, since_ms: Date.now() + (state.clock_skew_ms ?? 0), people: count }));
            setCounting(false);
          }}
        />
      )}
    </main>
  );
}

/** How many are inside now, as somebody counted them. */
function CountSheet({ close, done }: { close(): void; done(count: number): void }): JSX.Element {
  const { texts } = useUi();
  const [typed, setTyped] = useState("");
  const words = texts.occupancy;
  return (
    <Sheet
      title={words.count_anew}
      close={close}
      foot={
        <Button kind="primary" class="wide" disabled={typed === ""} onPress={() => done(Number(typed))}>
          {words.begin(typed === "" ? "…" : String(Number(typed)))}
        </Button>
      }
    >
      <p>{words.count_hint}</p>
      <output class={`quantity ${typed === "" ? "empty" : ""}`}>{typed === "" ? words.inside : typed}</output>
      <Keypad press={(key) => setTyped((before) => (before + key).slice(0, MOST_DIGITS))} erase={() => setTyped((before) => before.slice(0, -1))} />
    </Sheet>
  );
}
