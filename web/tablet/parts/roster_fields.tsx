/** Who is present and what they do: one tap a person. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Duty, Placed } from "../core/types.ts";
import { Button } from "./controls.tsx";
import { PlusIcon, TickIcon } from "./icons.tsx";
import { DUTIES, leadsFirst, USUAL_DUTY } from "./shift_words.ts";
import { useUi } from "./ui.ts";

const MOST = 40;

interface RosterFieldsProps {
  roster: readonly Placed[];
  change(roster: readonly Placed[]): void;
}

export function RosterFields({ roster, change }: RosterFieldsProps): JSX.Element {
  const { core, texts } = useUi();
  const [name, setName] = useState("");
  const words = texts.team;
  const officers = leadsFirst(core.shift_packs.officers());
  const nameless = roster.filter(({ officer }) => officer === null);
  const place = (who: Pick<Placed, "officer" | "name">, duty: Duty): void => {
    const same = (one: Placed): boolean => (who.officer === null ? one.officer === null && one.name === who.name : one.officer === who.officer);
    const before = roster.find(same);
    if (before?.duty === duty) return change(roster.filter((one) => !same(one)));
    const placed = before === undefined ? [...roster, { ...who, duty }] : roster.map((one) => (same(one) ? { ...one, duty } : one));
    // A shift has one lead: whoever was it scans from now on.
    change(duty === "lead" ? placed.map((one) => (one.duty === "lead" && !same(one) ? { ...one, duty: "scan" } : one)) : placed);
  };
  const add = (): void => {
    const typed = name.trim();
    if (typed === "" || roster.length >= MOST) return;
    place({ officer: null, name: typed }, "traffic");
    setName("");
  };
  return (
    <section class="roster">
      <h2>{words.roster}</h2>
      <p class="hint">{words.roster_hint}</p>
      {officers.map(({ id, name: called, role }) => (
        <Row key={id} name={called} duty={roster.find(({ officer }) => officer === id)?.duty ?? null} usual={USUAL_DUTY[role]} choose={(duty) => place({ officer: id, name: "" }, duty)} />
      ))}
      {nameless.map(({ name: called, duty }) => (
        <Row key={called} name={called} duty={duty} usual={duty} choose={(chosen) => place({ officer: null, name: called }, chosen)} />
      ))}
      <label class="label" for="roster-name">
        {words.add_name}
      </label>
      <div class="roster-add">
        <input id="roster-name" class="field" autocomplete="off" maxLength={100} placeholder={words.name} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        <Button class="square" label={words.add} disabled={name.trim() === ""} onPress={add}>
          <PlusIcon />
        </Button>
      </div>
    </section>
  );
}

function Row({ name, duty, usual, choose }: { name: string; duty: Duty | null; usual: Duty; choose(duty: Duty): void }): JSX.Element {
  const { texts } = useUi();
  const words = texts.team;
  return (
    <div class={`roster-row ${duty === null ? "absent" : ""}`} role="group" aria-label={name}>
      <p class="roster-name">
        <strong>{name}</strong> {duty === null && <span class="hint">{words.absent}</span>}
      </p>
      <div class="roster-duties">
        {DUTIES.map((one) => (
          <button
            type="button"
            key={one}
            aria-pressed={one === duty}
            class={`chip ${one === duty ? "chosen" : ""} ${duty === null && one === usual ? "usual" : ""}`}
            onClick={() => choose(one)}
          >
            {one === duty && <TickIcon class="chip-tick" />}
            <span>{words.duties[one]}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
