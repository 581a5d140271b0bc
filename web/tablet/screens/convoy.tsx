/** «Đoàn xe»: returnees who come together. The route once, then a plate, a class and a count for each vehicle; one tap saves them all. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Place, Purpose, SavedCrossing, VehicleClass } from "../core/types.ts";
import { Button, Notice, Sheet, StepHead } from "../parts/controls.tsx";
import { type ConvoyOverride, convoyDraft, type ConvoyVehicle, firstSaved, MOST_VEHICLES, type Route, settled } from "../parts/convoy.ts";
import { signal, wakeSound } from "../parts/feedback.ts";
import { CrossIcon, OUTCOME_ICONS, PeopleIcon, PlusIcon, TickIcon, VEHICLE_ICONS } from "../parts/icons.tsx";
import { OverrideSheet } from "../parts/override_sheet.tsx";
import { PeopleStepper } from "../parts/people_stepper.tsx";
import { PlateSheet } from "../parts/plate_field.tsx";
import { plateText } from "../parts/plate_text.ts";
import { SavedNotice } from "../parts/saved_notice.tsx";
import { errorText, useUi } from "../parts/ui.ts";
import { VehicleRow, VehicleSheet } from "../parts/vehicle_picker.tsx";
import { JourneyScreen } from "./journey.tsx";
import type { OtherProps } from "./other_props.ts";

const MOST_ABOARD = 99;

/** A convoy begun, and by whom: kept while the tablet is locked, in memory alone. */
let kept: { officer: string | undefined; route: Route; vehicles: readonly ConvoyVehicle[] } | null = null;

export default function ConvoyScreen({ close: leave }: OtherProps): JSX.Element {
  const { core, state, texts, settings } = useUi();
  const officer = state.officer?.id;
  const begun = kept?.officer === officer ? kept : null;
  const [from, setFrom] = useState<{ origin: Place | null; purpose: Purpose } | null>(null);
  const [route, setRoute] = useState<Route | null>(begun?.route ?? null);
  const [vehicles, setVehicles] = useState<readonly ConvoyVehicle[]>(begun?.vehicles ?? []);
  const [vehicle_class, setClass] = useState<VehicleClass>("motorbike");
  const [headcount, setHeadcount] = useState(1);
  const [open, setOpen] = useState<"plate" | "classes" | "override" | "leave" | null>(null);
  const [override, setOverride] = useState<ConvoyOverride | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [saved_ms, setSavedMs] = useState<number | null>(null);
  const writing = useRef(false);
  const began = useRef(Date.now());
  const words = texts.convoy;
  const { direction } = settings;
  kept = route === null ? null : { officer, route, vehicles };
  const close = (): void => {
    kept = null;
    leave();
  };
  const waiting = vehicles.filter(({ saved }) => saved === null);
  const people = vehicles.reduce((sum, one) => sum + one.headcount, 0);
  useEffect(() => {
    if (saved_ms !== null && waiting.length > 0) setSavedMs(null);
  }, [waiting.length]);

  if (route === null) {
    return from === null ? (
      <JourneyScreen key="from" title={words.from} purpose="return_home" lately={[]} back={close} done={(origin, purpose) => setFrom({ origin, purpose })} />
    ) : (
      <JourneyScreen key="to" title={words.to} purpose={from.purpose} lately={[]} back={() => setFrom(null)} done={(destination, purpose) => setRoute({ ...from, destination, purpose })} />
    );
  }
  const judged = vehicles.map((one) => {
    const draft = convoyDraft(one, route, direction, null, began.current);
    return { one, draft, decision: core.decide(draft) };
  });
  const stopped = judged.find(({ one, decision }) => one.saved === null && decision.verdict.outcome !== "pass");
  const add = (plate: ConvoyVehicle["plate"]): void => {
    wakeSound();
    setVehicles([{ plate, vehicle_class, headcount, saved: null }, ...vehicles]);
    setHeadcount(1);
    setOpen(null);
    signal("read", settings.sound);
  };
  const saveAll = async (): Promise<void> => {
    if (writing.current) return;
    writing.current = true;
    setBusy(true);
    setError(null);
    const now = [...vehicles];
    try {
      // Oldest first. What is on disk is marked as it gets there: after a failure the rest can be saved again.
      for (let at = now.length - 1; at >= 0; at -= 1) {
        const one = now[at];
        if (one === undefined || one.saved !== null) continue;
        const draft = convoyDraft(one, route, direction, firstSaved([...now].reverse()), began.current);
        now[at] = { ...one, saved: await core.save(settled(draft, core.decide(draft), override)) };
        setVehicles([...now]);
      }
      signal("saved", settings.sound);
      setSavedMs(Date.now());
    } catch (reason) {
      signal("refused", settings.sound);
      setError(errorText(texts, reason));
    } finally {
      writing.current = false;
      setBusy(false);
    }
  };
  const undoAll = async (): Promise<void> => {
    if (writing.current) return;
    writing.current = true;
    setSavedMs(null);
    const now = [...vehicles];
    try {
      for (const [at, one] of now.entries()) {
        if (one.saved === null) continue;
        await core.undo(one.saved satisfies SavedCrossing);
        now[at] = { ...one, saved: null };
        setVehicles([...now]);
      }
    } catch (reason) {
      setError(errorText(texts, reason));
    } finally {
      writing.current = false;
    }
  };
  return (
    <main class="screen convoy">
      <StepHead title={words.title} back={() => (waiting.length > 0 ? setOpen("leave") : close())} />
      <div class="scroll">
        {error !== null && <Notice kind="bad">{error}</Notice>}
        {saved_ms !== null && (
          <SavedNotice saved_ms={saved_ms} undo={() => void undoAll()} over={() => setSavedMs(null)}>
            <span>{words.count(vehicles.length, people)}</span>
          </SavedNotice>
        )}
        <section class="convoy-next" aria-label={words.next}>
          <VehicleRow chosen={vehicle_class} choose={setClass} more={() => setOpen("classes")} />
          <div class="convoy-line">
            <PeopleStepper count={headcount} most={MOST_ABOARD} change={setHeadcount} />
            <Button class="tall" disabled={busy || vehicles.length >= MOST_VEHICLES} onPress={() => (vehicle_class === "on_foot" ? add(null) : setOpen("plate"))}>
              <PlusIcon />
              <span>{vehicle_class === "on_foot" ? words.add_people : words.add}</span>
            </Button>
          </div>
        </section>
        {vehicles.length === 0 && <p class="hint">{words.how}</p>}
        <ol class="convoy-rows" aria-label={words.title}>
          {judged.map(({ one, decision }, at) => (
            <Row key={vehicles.length - at} vehicle={one} outcome={decision.verdict.outcome} take={() => setVehicles(vehicles.filter((_, other) => other !== at))} />
          ))}
        </ol>
      </div>
      <footer class="foot">
        {stopped !== undefined && (
          <button type="button" class="row" onClick={() => setOpen("override")}>
            <span class="row-value">
              {override === null ? `${texts.outcomes[stopped.decision.verdict.outcome]}: ${stopped.decision.reasons[0]?.[settings.language] ?? ""}` : `${texts.act.passed} · ${texts.overrides[override.reason]}`}
              <small>{override === null ? words.let_all : override.approved_by === null ? "" : texts.lane.agreed}</small>
            </span>
          </button>
        )}
        {vehicles.length > 0 && waiting.length === 0 ? (
          <Button kind="primary" class="wide tall" onPress={close}>
            {texts.app.done}
          </Button>
        ) : (
          <Button kind="primary" class="wide tall save" disabled={busy || waiting.length === 0} onPress={() => void saveAll()}>
            {busy ? texts.verdict.saving : words.save(waiting.length, waiting.reduce((sum, one) => sum + one.headcount, 0))}
          </Button>
        )}
      </footer>
      {open === "plate" && (
        <PlateSheet plate={null} seen={vehicles.flatMap(({ plate }) => (plate === null ? [] : [plate.normal]))} close={() => setOpen(null)} done={add} />
      )}
      {open === "classes" && (
        <VehicleSheet
          chosen={vehicle_class}
          close={() => setOpen(null)}
          choose={(one) => {
            setClass(one);
            setOpen(null);
          }}
        />
      )}
      {open === "override" && stopped !== undefined && (
        <OverrideSheet
          draft={{ ...stopped.draft, action: "passed" }}
          close={() => setOpen(null)}
          done={(reason, approved_by) => {
            setOverride({ reason, approved_by });
            setOpen(null);
          }}
        />
      )}
      {open === "leave" && (
        <Sheet
          title={words.leave(waiting.length)}
          close={() => setOpen(null)}
          foot={
            <div class="pair">
              <Button kind="danger" onPress={close}>
                {texts.verdict.discard_yes}
              </Button>
              <Button kind="primary" onPress={() => setOpen(null)}>
                {texts.verdict.discard_no}
              </Button>
            </div>
          }
        >
          {null}
        </Sheet>
      )}
    </main>
  );
}

interface RowProps {
  vehicle: ConvoyVehicle;
  outcome: keyof typeof OUTCOME_ICONS;
  take(): void;
}

function Row({ vehicle: { plate, vehicle_class, headcount, saved }, outcome, take }: RowProps): JSX.Element {
  const { texts } = useUi();
  const Vehicle = VEHICLE_ICONS[vehicle_class];
  const Outcome = OUTCOME_ICONS[outcome];
  return (
    <li class={`convoy-row ${outcome}`}>
      <Vehicle />
      <strong>{plate === null ? texts.vehicles[vehicle_class] : plateText(plate.normal)}</strong>
      <span class="convoy-aboard">
        <PeopleIcon />
        {headcount}
      </span>
      <span class={`crossing-end ${ENDS[outcome]}`}>
        <Outcome />
        <span>{texts.outcomes[outcome]}</span>
      </span>
      {saved === null ? (
        <Button class="square" label={texts.lane.take_out_vehicle} onPress={take}>
          <CrossIcon />
        </Button>
      ) : (
        <span class="convoy-saved">
          <TickIcon />
          {texts.verdict.saved}
        </span>
      )}
    </li>
  );
}

const ENDS = { pass: "passed", refer: "referred", turn_back: "turned_back" } as const;
