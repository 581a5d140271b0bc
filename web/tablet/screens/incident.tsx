/** «Sự việc»: what happened and how bad it is; then whom to call. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { SavedCrossing } from "../core/types.ts";
import { Button, Chips, Notice, StepHead } from "../parts/controls.tsx";
import { NotedSaved, useWriting } from "../parts/noted.tsx";
import { INCIDENTS, type IncidentWord, SEVERITIES, type Severity } from "../parts/offences.ts";
import { useUi } from "../parts/ui.ts";
import { PhoneLine } from "../parts/phone_line.tsx";
import "../styles/noted.css";

const LONGEST_NOTE = 500;
/** The country's own numbers, by what happened. */
const EMERGENCY: Partial<Record<IncidentWord, readonly ("police" | "fire" | "ambulance")[]>> = {
  accident: ["ambulance", "police"],
  disorder: ["police"],
  broke_through: ["police"],
  medical: ["ambulance"],
  fire: ["fire"],
};
const NUMBERS = { police: "113", fire: "114", ambulance: "115" } as const;

export default function IncidentScreen({ close }: { close(): void }): JSX.Element {
  const { core, state, texts } = useUi();
  const words = texts.incident;
  const [what, setWhat] = useState<IncidentWord | null>(null);
  const [severity, setSeverity] = useState<Severity | null>(null);
  const [note, setNote] = useState("");
  const [saved, setSaved] = useState<{ one: SavedCrossing; at_ms: number } | null>(null);
  const { busy, error, write } = useWriting();
  const save = (): void => {
    if (what === null || severity === null) return;
    const person = note.trim() === "" ? {} : { person: { fields: { note: note.trim() }, items: {} } };
    write(
      () => core.noting.write({ kind: "incident", fields: { lane: state.lane ?? "", what, severity }, ...person }),
      (one) => setSaved({ one, at_ms: Date.now() }),
    );
  };
  const call = what === null ? [] : (EMERGENCY[what] ?? []);
  const calls = (
    <WhomToTell what={call.map((one) => ({ name: words.calls[one], number: NUMBERS[one] }))} urgent={severity === "high"} />
  );
  if (saved !== null) {
    return (
      <main class="screen team">
        <StepHead title={words.title} back={close} />
        <div class="team-body">
          <NotedSaved kind="incident" saved={saved.one} saved_ms={saved.at_ms} undone={() => setSaved(null)} />
          {calls}
        </div>
        <footer class="team-foot">
          <Button kind="primary" class="wide tall" onPress={close}>
            {texts.app.done}
          </Button>
        </footer>
      </main>
    );
  }
  const ready = what !== null && severity !== null;
  return (
    <main class="screen team">
      <StepHead title={words.title} back={close} entered={note !== ""} />
      <div class="team-body">
        {error !== null && <Notice kind="bad">{error}</Notice>}
        <p class="label">{words.what}</p>
        <Chips label={words.what} columns={2} options={INCIDENTS} chosen={what} name={(one) => words.whats[one]} choose={setWhat} />
        <p class="label">{words.severity}</p>
        <Chips label={words.severity} columns={3} options={SEVERITIES} chosen={severity} name={(one) => words.severities[one]} choose={setSeverity} />
        {call.length > 0 && calls}
        <label class="label" for="incident-note">
          {words.note}
        </label>
        <textarea id="incident-note" class="field" rows={3} maxLength={LONGEST_NOTE} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </div>
      <footer class="team-foot">
        <Button kind="primary" class="wide tall" disabled={busy || !ready} onPress={save}>
          {busy ? texts.verdict.saving : ready ? texts.verdict.save : words.choose_first}
        </Button>
      </footer>
    </main>
  );
}

/** The country's numbers first, then who is on duty. */
function WhomToTell({ what, urgent }: { what: readonly { name: string; number: string }[]; urgent: boolean }): JSX.Element {
  const { core, texts } = useUi();
  const { on_duty } = core.shift_packs.phones();
  const first = urgent ? on_duty.slice(0, 1).map(({ name, number, title }) => ({ name, number, hint: title })) : [];
  const lines = [...what.map((one) => ({ ...one, hint: texts.incident.call })), ...first];
  return (
    <ul class="phones">
      {lines.map((one) => (
        <PhoneLine key={one.number} {...one} strong />
      ))}
    </ul>
  );
}
