/** The answer, and in the same view all that a crossing needs before one tap saves it. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Action, CrossingDraft, Decision } from "../core/types.ts";
import { Button, Chips, Notice, Sheet } from "../parts/controls.tsx";
import { DepartureRow } from "../parts/departure.tsx";
import { ACTION_ICONS, CrossIcon, GoodsIcon, OUTCOME_ICONS, PlaceIcon, QuestionIcon, SampleIcon } from "../parts/icons.tsx";
import { lazily } from "../parts/lazily.tsx";
import { LastPerson, PeopleRow } from "../parts/people_row.tsx";
import { plateFrom, plateText } from "../parts/plate_text.ts";
import { quantityText } from "../parts/quantity.ts";
import { isAlarming } from "../parts/signs.ts";
import { HealthCall, SignsRow } from "../parts/signs_row.tsx";
import { TravellerButton } from "../parts/traveller_button.tsx";
import { TurnedBackNote } from "../parts/turned_back_note.tsx";
import { useUi } from "../parts/ui.ts";
import { nameOf } from "../parts/units.ts";
import { useUnits } from "../parts/units_files.ts";
import { useWedge } from "../parts/use_wedge.ts";
import { VehicleRow, VehicleSheet } from "../parts/vehicle_picker.tsx";
import { useWayBack } from "../parts/way_back.ts";
import { ACTIONS, documentPlate, needsOverride } from "../parts/draft.ts";

const GoodsSheet = lazily(() => import("../parts/goods_sheet.tsx").then((found) => found.GoodsSheet));
const CameInRow = lazily(() => import("../parts/came_in.tsx").then((found) => found.CameInRow));
const OverrideSheet = lazily(() => import("../parts/override_sheet.tsx").then((found) => found.OverrideSheet));
const PeopleSheet = lazily(() => import("../parts/people_sheet.tsx").then((found) => found.PeopleSheet));
const PlateSheet = lazily(() => import("../parts/plate_field.tsx").then((found) => found.PlateSheet));

/** Besides the first; a phone shows how many there are. */
const REASONS_SHOWN = 2;

interface VerdictProps {
  draft: CrossingDraft;
  decision: Decision;
  seen: readonly string[];
  busy: boolean;
  error: string | null;
  change(patch: Partial<CrossingDraft>): void;
  addPerson(): void;
  /** A hand scanner's next code: somebody more, without a tap. */
  onText(text: string): void;
  onBroken(): void;
  removePerson(at: number): void;
  /** Asks one of the people for temperature and symptoms. */
  askSigns(at: number): void;
  changeJourney(): void;
  save(): void;
  discard(): void;
}

type Open = "plate" | "trailer" | "goods" | "people" | "vehicles" | "override" | "discard" | null;

export function VerdictScreen(props: VerdictProps): JSX.Element {
  const { draft, decision, change, busy } = props;
  const { texts, state, covered, more } = useUi();
  const [open, setOpen] = useState<Open>(null);
  useWedge((text) => open === null && !busy && !covered && props.onText(text), props.onBroken);
  const { outcome } = decision.verdict;
  const incomplete = needsOverride(outcome, draft.action) && (draft.override === null || decision.needs_approval);
  const has_trailer = draft.vehicle_class === "tractor_trailer" || draft.trailer_plate != null;
  const named = documentPlate(draft);
  const plate = draft.plate === null ? texts.verdict.no_plate : plateText(draft.plate.normal);
  const close = (): void => setOpen(null);
  useWayBack(busy ? null : () => setOpen("discard"));
  const act = (action: Action): void => {
    const other = needsOverride(outcome, action);
    change({ action, override: other ? draft.override : null, approved_by: null });
    if (other && draft.override === null) setOpen("override");
  };
  return (
    <main class={`screen verdict ${outcome}`}>
      <Answer decision={decision} />
      <div class="scroll verdict-form">
        {draft.sampled === true && (
          <p class="sampled" role="status">
            <SampleIcon />
            <strong>{texts.lane.sampled}</strong>
          </p>
        )}
        {draft.people.some(isAlarming) && <HealthCall text={texts.signs.alarm} />}
        <LastPerson draft={draft} open={() => setOpen("people")} />
        <div class={`plate-and-goods ${has_trailer ? "trailer" : ""}`}>
          <button type="button" class="row plate-row" aria-label={`${texts.verdict.plate}: ${plate}`} onClick={() => setOpen("plate")}>
            <span class={draft.plate === null ? "row-empty" : "plate"}>{plate}</span>
          </button>
          {has_trailer && (
            <button type="button" class="row plate-row" onClick={() => setOpen("trailer")}>
              <span class={draft.trailer_plate == null ? "row-empty" : "plate"}>{draft.trailer_plate == null ? texts.lane.trailer : plateText(draft.trailer_plate.normal)}</span>
            </button>
          )}
          <GoodsButton draft={draft} open={() => setOpen("goods")} />
        </div>
        {/* Where the rules stop somebody, what to do is the next question; elsewhere it follows by itself. */}
        {outcome !== "pass" && <Actions chosen={draft.action} choose={act} />}
        <TravellerButton draft={draft} decision={decision} opened={() => change({ told: true })} />
        <DepartureRow
          rises_ms={decision.asks_departure_ms}
          departed_ms={draft.departed_ms ?? null}
          grace={decision.grace}
          choose={(departed_ms) => change({ departed_ms })}
        />
        {draft.plate === null && named !== null && (
          <Button class="wide" onPress={() => change({ plate: plateFrom(named) })}>
            {texts.verdict.same_plate(named)}
          </Button>
        )}
        <TurnedBackNote plate={draft.plate?.normal ?? null} />
        {draft.direction === "out" && <CameInRow draft={draft} change={change} />}
        {decision.priority.length > 0 && (
          <p class="priority-line" role="status">
            <GoodsIcon />
            <strong>{texts.verdict.priority(decision.priority.map((one) => texts.priority_goods[one] ?? one).join(", "))}</strong>
          </p>
        )}
        <VehicleRow chosen={draft.vehicle_class} choose={(vehicle_class) => change({ vehicle_class })} more={() => setOpen("vehicles")} />
        <PeopleRow draft={draft} change={change} addPerson={props.addPerson} />
        <SignsRow draft={draft} asking={decision.signs} open={props.askSigns} />
        {outcome === "pass" && <Actions chosen={draft.action} choose={act} />}
        {outcome !== "pass" && state.officer?.role !== "volunteer" && (
          <Button class="wide" onPress={() => more("consult")}>
            <QuestionIcon />
            <span>{texts.consult.title}</span>
          </Button>
        )}
        <JourneyButton draft={draft} open={props.changeJourney} />
      </div>
      <footer class="foot">
        {draft.override !== null && (
          <button type="button" class="row" onClick={() => setOpen("override")}>
            <span class="row-label">{texts.verdict.because}:</span>
            <span class="row-value">
              {texts.overrides[draft.override]}
              {draft.approved_by != null && ` · ${texts.lane.agreed}`}
            </span>
          </button>
        )}
        {props.error !== null && <Notice kind="bad">{props.error}</Notice>}
        <div class="save-line">
          <Button kind="quiet" class="square tall discard" label={texts.verdict.discard} disabled={busy} onPress={() => setOpen("discard")}>
            <CrossIcon />
          </Button>
          <Button kind="primary" class="tall save" disabled={busy} onPress={() => (incomplete ? setOpen("override") : props.save())}>
            {busy ? texts.verdict.saving : incomplete ? (draft.override === null ? texts.verdict.override_needed : texts.lane.lead_needed) : texts.verdict.save}
          </Button>
        </div>
      </footer>
      {open === "plate" && (
        <PlateSheet
          plate={draft.plate}
          seen={props.seen}
          close={close}
          done={(plate) => {
            change({ plate });
            close();
          }}
        />
      )}
      {open === "trailer" && (
        <PlateSheet
          title={texts.lane.trailer}
          plate={draft.trailer_plate ?? null}
          seen={props.seen}
          close={close}
          done={(trailer_plate) => {
            change({ trailer_plate });
            close();
          }}
        />
      )}
      {open === "goods" && (
        <GoodsSheet
          goods={draft.goods}
          close={close}
          done={(goods) => {
            change({ goods });
            close();
          }}
        />
      )}
      {open === "people" && (
        <PeopleSheet
          draft={draft}
          close={close}
          setRole={(at, role) => change({ people: draft.people.map((one, other) => (other === at ? { ...one, role } : one)) })}
          remove={(at) => {
            props.removePerson(at);
            if (draft.people.length === 1) close();
          }}
        />
      )}
      {open === "vehicles" && (
        <VehicleSheet
          chosen={draft.vehicle_class}
          close={close}
          choose={(vehicle_class) => {
            change({ vehicle_class });
            close();
          }}
        />
      )}
      {open === "override" && (
        <OverrideSheet
          draft={draft}
          close={close}
          done={(override, approved_by) => {
            change({ action: draft.action, override, approved_by });
            close();
          }}
        />
      )}
      {open === "discard" && draft.told === true && (
        <Sheet title={texts.verdict.discard_sure} close={close} foot={<Button kind="primary" class="wide" onPress={close}>{texts.verdict.discard_no}</Button>}>
          <p>{texts.traveller.kept}</p>
        </Sheet>
      )}
      {open === "discard" && draft.told !== true && (
        <Sheet
          title={texts.verdict.discard_sure}
          close={close}
          foot={
            <div class="pair">
              <Button kind="danger" onPress={props.discard}>
                {texts.verdict.discard_yes}
              </Button>
              <Button kind="primary" onPress={close}>
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

function Answer({ decision }: { decision: Decision }): JSX.Element {
  const { texts, settings } = useUi();
  const { outcome } = decision.verdict;
  const { basis } = decision;
  const Icon = OUTCOME_ICONS[outcome];
  const [reason, ...others] = decision.reasons;
  return (
    <section class="answer" role="alert">
      <Icon class="answer-icon" />
      <h1>{texts.outcomes[outcome]}</h1>
      {reason !== undefined && (
        <p class="answer-reason">
          {reason[settings.language]}
          {others.length > 0 && <span class="answer-more"> (+{others.length})</span>}
        </p>
      )}
      {others.length > 0 && (
        <ul class="answer-others">
          {others.slice(0, REASONS_SHOWN).map((one) => (
            <li key={one.code}>{one[settings.language]}</li>
          ))}
        </ul>
      )}
      {basis !== null && (
        <p class="answer-basis">
          {texts.verdict.basis}: {basis.document} · {basis.clause}
          {basis.unconfirmed && ` (${texts.verdict.unconfirmed})`}
        </p>
      )}
    </section>
  );
}

function GoodsButton({ draft, open }: { draft: CrossingDraft; open(): void }): JSX.Element {
  const { texts } = useUi();
  const [line, ...others] = draft.goods;
  return (
    <button type="button" class={`row goods-row ${line === undefined ? "" : "filled"}`} onClick={open}>
      <GoodsIcon />
      {line === undefined ? (
        <span class="row-empty">{texts.verdict.add_goods}</span>
      ) : (
        <span class="row-value">
          {quantityText(line.quantity)} {texts.units[line.unit]}
          {others.length > 0 && ` +${others.length}`}
          <small>{texts.goods_groups[line.group]}</small>
        </span>
      )}
    </button>
  );
}

function JourneyButton({ draft, open }: { draft: CrossingDraft; open(): void }): JSX.Element {
  const { texts, places } = useUi();
  const units = useUnits(places);
  return (
    <button type="button" class="row" onClick={open}>
      <PlaceIcon />
      {draft.origin === null ? (
        <span class="row-empty">{texts.journey.set_origin}</span>
      ) : (
        <span class="row-value">
          {texts.journey.from} {nameOf(units, places, draft.origin)} · {texts.purposes[draft.purpose]}
        </span>
      )}
    </button>
  );
}

function Actions({ chosen, choose }: { chosen: Action; choose(action: Action): void }): JSX.Element {
  const { texts } = useUi();
  return (
    <Chips
      label={texts.verdict.done_as}
      columns={3}
      options={ACTIONS}
      chosen={chosen}
      choose={choose}
      name={(one) => {
        const Icon = ACTION_ICONS[one];
        return (
          <span class={`action-name ${one}`}>
            <Icon />
            {texts.act[one]}
          </span>
        );
      }}
    />
  );
}

