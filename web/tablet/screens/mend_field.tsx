/** One field of a crossing, changed with the same keypads it was entered with. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Action, Direction, DraftGoods, Mode, Outcome, OverrideReason, Plate, Purpose, VehicleClass } from "../core/types.ts";
import { Button, Chips, Sheet } from "../parts/controls.tsx";
import { ACTIONS, MOST_PEOPLE, needsOverride } from "../parts/draft.ts";
import { GoodsSheet } from "../parts/goods_sheet.tsx";
import { IdentityEntry, identityFrom } from "../parts/identity_entry.tsx";
import { Keypad } from "../parts/keypad.tsx";
import { fieldOf } from "../parts/mend_words.ts";
import { LeadAgrees } from "../parts/lead_agrees.tsx";
import { laneName } from "../parts/names.ts";
import { PlateSheet } from "../parts/plate_field.tsx";
import { useUi } from "../parts/ui.ts";
import { VehicleSheet } from "../parts/vehicle_picker.tsx";
import { PlaceSearch, PURPOSES } from "./journey.tsx";

const DIRECTIONS: readonly Direction[] = ["in", "out"];
const OVERRIDES: readonly OverrideReason[] = ["paper_shown", "emergency", "superior_order", "code_unreadable", "local_resident", "other"];
/** A wave-through is no mode that somebody chooses afterwards. */
const MODES: readonly Mode[] = ["checked", "green_lane", "group"];
const LONGEST_NOTE = 500;

interface FieldProps {
  path: string;
  value(path: string): unknown;
  change(patch: Readonly<Record<string, unknown>>): void;
  act(action: Action, reason: OverrideReason | null, approved_by: string | null): void;
  /** An emergency waits for no lead: a reviewer sees it afterwards. */
  needs_lead(action: Action, reason: OverrideReason): boolean;
  outcome: Outcome | null;
  close(): void;
}

export function MendField(props: FieldProps): JSX.Element {
  const { path, value, change, close } = props;
  const { state, texts } = useUi();
  const [group = "", item] = path.split("/");
  const title = fieldOf(texts, path);
  if (group === "plate" || group === "trailer_plate") {
    const plate = (value(path) as Plate | null | undefined) ?? null;
    return <PlateSheet title={title} plate={plate} seen={[]} close={close} done={(next) => change({ [path]: next })} />;
  }
  if (path === "vehicle_class") return <VehicleSheet chosen={value(path) as VehicleClass} close={close} choose={(next) => change({ [path]: next })} />;
  if (group === "goods" && item !== undefined) return <Goods {...props} />;
  return (
    <Sheet title={title} close={close}>
      {path === "direction" && (
        <Chips label={title} columns={2} options={DIRECTIONS} chosen={value(path) as Direction} name={(one) => texts.directions[one]} choose={(next) => change({ direction: next })} />
      )}
      {path === "purpose" && (
        <Chips label={title} columns={2} options={PURPOSES} chosen={value(path) as Purpose} name={(one) => texts.purposes[one]} choose={(next) => change({ purpose: next })} />
      )}
      {(path === "origin" || path === "destination") && <PlaceSearch lately={[]} choose={(next) => change({ [path]: next })} />}
      {path === "lane" && (
        <Chips label={title} columns={2} options={state.checkpoint?.lanes ?? []} chosen={String(value(path) ?? "")} name={(one) => laneName(texts.lanes, one)} choose={(next) => change({ lane: next })} />
      )}
      {path === "mode" && <Chips label={title} columns={2} options={MODES} chosen={value(path) as Mode} name={(one) => texts.mend.modes[one]} choose={(next) => change({ mode: next })} />}
      {path === "headcount" && <Headcount {...props} />}
      {path === "action" && <Acting {...props} />}
      {group === "people" && <Somebody {...props} />}
      {path === "note" && <Note {...props} />}
    </Sheet>
  );
}

function Headcount({ path, change }: FieldProps): JSX.Element {
  const { texts } = useUi();
  const [typed, setTyped] = useState("");
  const count = Number(typed);
  const fits = typed !== "" && count >= 1 && count <= MOST_PEOPLE;
  return (
    <>
      <output class={`quantity ${typed === "" ? "empty" : ""}`}>{typed === "" ? texts.verdict.people : typed}</output>
      <Keypad press={(key) => setTyped((before) => (before + key).slice(0, 3))} erase={() => setTyped((before) => before.slice(0, -1))} />
      <Button kind="primary" class="wide" disabled={!fits} onPress={() => change({ [path]: count })}>
        {texts.app.done}
      </Button>
    </>
  );
}

/** Doing other than the verdict said needs its reason here too, and a lead where it lets through more. */
function Acting({ path, value, act, needs_lead, outcome }: FieldProps): JSX.Element {
  const { texts } = useUi();
  const [asking, setAsking] = useState<Action | null>(null);
  const [because, setBecause] = useState<OverrideReason | null>(null);
  const choose = (action: Action): void => {
    setBecause(null);
    if (outcome === null || !needsOverride(outcome, action)) act(action, null, null);
    else setAsking(action);
  };
  if (asking !== null && because !== null) {
    return (
      <>
        <p>
          {texts.act[asking]} · {texts.overrides[because]}
        </p>
        <p class="hint">{texts.mend.needs_lead}</p>
        <LeadAgrees agreed={(lead) => act(asking, because, lead)} />
      </>
    );
  }
  return (
    <>
      <Chips label={texts.verdict.done_as} columns={3} options={ACTIONS} chosen={asking ?? (value(path) as Action)} name={(one) => texts.act[one]} choose={choose} />
      {asking !== null && (
        <div class="stack">
          <p class="label">{texts.verdict.override}</p>
          {OVERRIDES.map((reason) => (
            <Button key={reason} class="wide start" onPress={() => (needs_lead(asking, reason) ? setBecause(reason) : act(asking, reason, null))}>
              {texts.overrides[reason]}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}

function Somebody({ path, value, change }: FieldProps): JSX.Element {
  const { texts } = useUi();
  const text = (name: string): string => String(value(`${path}/${name}`) ?? "");
  const [typed, setTyped] = useState({ number: text("id_number") || text("phone"), name: text("name") });
  const { identity = {} } = identityFrom(typed);
  const patch = Object.fromEntries(Object.entries(identity).map(([name, one]) => [`${path}/${name}`, one]));
  return (
    <>
      <IdentityEntry typed={typed} change={setTyped} />
      <Button kind="primary" class="wide" onPress={() => change(patch)}>
        {texts.app.done}
      </Button>
    </>
  );
}

function Note({ path, value, change }: FieldProps): JSX.Element {
  const { texts } = useUi();
  const [typed, setTyped] = useState(String(value(path) ?? ""));
  return (
    <>
      <textarea class="field" rows={4} maxLength={LONGEST_NOTE} aria-label={texts.mend.fields["note"] ?? ""} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      <Button kind="primary" class="wide" onPress={() => change({ [path]: typed.trim() })}>
        {texts.app.done}
      </Button>
    </>
  );
}

function Goods({ path, value, change, close }: FieldProps): JSX.Element {
  const of = (name: string): unknown => value(`${path}/${name}`);
  const goods = { group: of("group"), quantity: of("quantity") ?? 0, unit: of("unit") ?? "tonne", perishable: of("perishable") === true } as DraftGoods;
  return (
    <GoodsSheet
      single
      goods={of("group") === undefined ? [] : [goods]}
      close={close}
      done={([next]) => {
        const fields = next === undefined ? { removed: true } : { group: next.group, quantity: next.quantity, unit: next.unit, perishable: next.perishable };
        change(Object.fromEntries(Object.entries(fields).map(([name, one]) => [`${path}/${name}`, one])));
      }}
    />
  );
}
