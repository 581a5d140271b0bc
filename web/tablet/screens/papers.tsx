/** «Giấy chờ nhập»: people of this tablet's crossings who were left to paper, entered when there is time. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Noted } from "../core/types.ts";
import { Button, Notice, StepHead } from "../parts/controls.tsx";
import { signal } from "../parts/feedback.ts";
import { PaperIcon } from "../parts/icons.tsx";
import { IdentityEntry, identityFrom, NOTHING_TYPED } from "../parts/identity_entry.tsx";
import { unentered, type Unentered } from "../parts/papers.ts";
import { plateText } from "../parts/plate_text.ts";
import { momentText } from "../parts/time.ts";
import { errorText, useUi } from "../parts/ui.ts";

const LOOKED_BACK_MS = 3 * 86_400_000;
const LEFT_TO_PAPER = /"identified_by":"paper_later"/;

export default function PapersScreen({ close }: { close(): void }): JSX.Element {
  const { core, texts } = useUi();
  const words = texts.papers;
  const [found, setFound] = useState<readonly Noted[] | null>(null);
  const [one, setOne] = useState<Unentered | null>(null);
  const [saved, setSaved] = useState(0);
  useEffect(() => {
    let gone = false;
    core.noting.own("crossing", Date.now() - LOOKED_BACK_MS, LEFT_TO_PAPER).then(
      (list) => !gone && setFound(list),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [core, saved]);
  const left = found === null ? null : found.flatMap(unentered);
  if (one !== null) {
    const entered = (): void => {
      setOne(null);
      setSaved(saved + 1);
    };
    return <Entry of={one} entered={entered} back={() => setOne(null)} />;
  }
  return (
    <main class="screen list">
      <StepHead title={words.title} back={close} />
      <div class="scroll">
        {saved > 0 && <Notice kind="good">{words.saved}</Notice>}
        {left !== null && <p class="label">{left.length === 0 ? words.none : words.left(left.length)}</p>}
        {left?.map((each) => (
          <button type="button" class="row" key={`${each.record} ${each.item}`} onClick={() => setOne(each)}>
            <PaperIcon />
            <Which of={each} />
          </button>
        ))}
      </div>
    </main>
  );
}

/** As the sheet of paper says it: when, which vehicle, the short code that is on both. */
function Which({ of }: { of: Unentered }): JSX.Element {
  return (
    <span class="row-value">
      {momentText(of.time_ms)}
      {of.plate !== null && ` · ${plateText(of.plate)}`}
      {of.complaint_code !== null && <small> {of.complaint_code}</small>}
    </span>
  );
}

function Entry({ of, entered, back }: { of: Unentered; entered(): void; back(): void }): JSX.Element {
  const { core, texts, settings } = useUi();
  const words = texts.papers;
  const [typed, setTyped] = useState(NOTHING_TYPED);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const { identity } = identityFrom(typed);
  const save = (): void => {
    if (identity === undefined || busy) return;
    setBusy(true);
    setError(null);
    const person = { fields: {}, items: { people: { [of.item]: { ...identity } } } };
    core.noting.write({ kind: "crossing", record: of.record, fields: {}, person }).then(
      () => {
        signal("saved", settings.sound);
        entered();
      },
      (reason: unknown) => {
        setBusy(false);
        signal("refused", settings.sound);
        setError(errorText(texts, reason));
      },
    );
  };
  return (
    <main class="screen person">
      <StepHead title={words.enter} back={back} />
      <div class="scroll">
        {error !== null && <Notice kind="bad">{error}</Notice>}
        <p class="row">
          <Which of={of} />
        </p>
        <IdentityEntry typed={typed} change={setTyped} />
      </div>
      <footer class="foot">
        <Button kind="primary" class="wide tall" disabled={busy || identity === undefined} onPress={save}>
          {words.save}
        </Button>
      </footer>
    </main>
  );
}
