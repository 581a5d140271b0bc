/** A crossing put right: what is tapped is changed, the old value stays in sight, and nothing is deleted. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ADDED } from "../core/append.ts";
import type { Opened } from "../core/mending.ts";
import type { Action, CrossingSummary, Outcome, OverrideReason, Place, VoidReason } from "../core/types.ts";
import { Button, Notice, Sheet } from "../parts/controls.tsx";
import { signal } from "../parts/feedback.ts";
import { useHiding } from "../parts/hiding.ts";
import { anotherLine, fieldOf, milder, mendRows, mendWords, rowsChanged } from "../parts/mend_words.ts";
import { plateText } from "../parts/plate_text.ts";
import { errorText, useUi } from "../parts/ui.ts";
import { nameOf } from "../parts/units.ts";
import { useUnits } from "../parts/units_files.ts";
import { MendField } from "./mend_field.tsx";
import { VoidSheet } from "./void.tsx";

interface MendProps {
  crossing: CrossingSummary;
  close(): void;
  /** It is written; what is listed is to be read again. */
  done(): void;
}

export function MendSheet({ crossing, close, done }: MendProps): JSX.Element {
  const { core, state, texts, settings, places } = useUi();
  const units = useUnits(places);
  const place = (one: Place): string => nameOf(units, places, one);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [changes, setChanges] = useState<Readonly<Record<string, unknown>>>({});
  const [editing, setEditing] = useState<string | null>(null);
  const [voiding, setVoiding] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [hidden, show] = useHiding();
  const words = texts.mend;

  const fail = (reason: unknown): void => {
    signal("refused", settings.sound);
    setBusy(false);
    setError(errorText(texts, reason));
  };
  useEffect(() => {
    core.gate.mending.open(crossing.record).then(setOpened, fail);
  }, [crossing.record]);
  const write = (work: Promise<void>): void => {
    if (busy) return;
    setBusy(true);
    setError(null);
    work.then(() => {
      signal("saved", settings.sound);
      done();
    }, fail);
  };
  const value = (path: string): unknown => (path in changes ? changes[path] : opened?.values[path]);
  const change = (patch: Readonly<Record<string, unknown>>): void => {
    setChanges((before) => {
      const next: Record<string, unknown> = { ...before, ...patch };
      // What stands there already is no change.
      const never = Object.keys(next).filter((path) => path.includes(`/${ADDED}`) && path.endsWith("/removed"));
      for (const gone of never) for (const path of Object.keys(next)) if (path.startsWith(gone.slice(0, -"removed".length))) delete next[path];
      for (const path of Object.keys(next)) if (JSON.stringify(next[path]) === JSON.stringify(opened?.values[path])) delete next[path];
      return next;
    });
    setEditing(null);
  };
  const act = (action: Action, reason: OverrideReason | null, approved_by: string | null): void => {
    const agreed = approved_by === null ? {} : { approved_by };
    const override = reason === null ? null : { reason, by: state.officer?.id ?? "", ...agreed };
    change({ action, ...(override === null && opened?.values["override"] === undefined ? {} : { override }) });
  };
  const count = rowsChanged(changes);
  const added = Object.fromEntries(Object.entries(changes).filter(([path]) => path.includes(`/${ADDED}`)));
  const another = anotherLine({ ...opened?.values, ...changes });
  const is_lead = state.officer?.role === "lead";
  const outcome = (opened?.values["verdict"] as { outcome?: Outcome } | undefined)?.outcome ?? null;

  if (voiding && opened !== null) {
    return <VoidSheet busy={busy} error={error} close={() => setVoiding(false)} done={(reason: VoidReason, note) => write(core.gate.mending.void(opened, reason, note))} />;
  }
  if (editing !== null && opened !== null) {
    return (
      <MendField
        path={editing}
        value={value}
        change={change}
        act={act}
        needs_lead={(action, reason) => !is_lead && reason !== "emergency" && milder(outcome, action)}
        outcome={outcome}
        close={() => setEditing(null)}
      />
    );
  }
  return (
    <Sheet
      full
      entered={count > 0}
      title={`${words.title} · ${crossing.plate === null ? texts.recent.no_plate : plateText(crossing.plate.normal)}`}
      close={close}
      foot={
        <div class="pair">
          {opened?.values["voided"] != null ? (
            <Button disabled={busy} onPress={() => write(core.gate.mending.restore(opened))}>
              {words.restore}
            </Button>
          ) : (
            <Button kind="danger" disabled={busy || opened === null} onPress={() => setVoiding(true)}>
              {words.void}
            </Button>
          )}
          <Button kind="primary" disabled={busy || count === 0} onPress={() => opened !== null && write(core.gate.mending.amend(opened, changes))}>
            {busy ? texts.verdict.saving : count === 0 ? words.nothing : words.save(count)}
          </Button>
        </div>
      }
    >
      {error !== null && <Notice kind="bad">{error}</Notice>}
      <p class="hint">{words.how}</p>
      {opened !== null &&
        mendRows({ ...opened.values, ...added }).map(({ path, personal }) => {
          const now = mendWords(texts, path, value(path), value, place);
          const before = mendWords(texts, path, opened.values[path], (one) => opened.values[one], place);
          const secret = personal && hidden;
          return (
            <button type="button" class={`row mend-row ${now === before ? "" : "changed"}`} key={path} onClick={() => (secret ? show() : setEditing(path))}>
              <span class="row-label">{fieldOf(texts, path)}</span>
              <span class="row-value">
                {secret ? texts.person.hidden : now}
                {now !== before && !secret && <s>{before}</s>}
              </span>
            </button>
          );
        })}
      {opened !== null && another !== null && (
        <Button class="wide" onPress={() => setEditing(another)}>
          {words.add_goods}
        </Button>
      )}
    </Sheet>
  );
}

