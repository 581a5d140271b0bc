/** What waits for a person: alerts, two values of one field, own events the server has not taken, levels that change. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Conflict, ConflictSide, RefusedEvent, ToldAlert } from "../core/types.ts";
import { AnnouncedList } from "../parts/announced_bar.tsx";
import { fieldWords, valueWords, whoWords } from "../parts/conflict_words.ts";
import { Button, Notice, Sheet } from "../parts/controls.tsx";
import { errorWords } from "../parts/error_words.ts";
import { useHiding } from "../parts/hiding.ts";
import { RefusedIcon, TickIcon, WaitIcon } from "../parts/icons.tsx";
import { laneName } from "../parts/names.ts";
import { ToldList } from "../parts/told_list.tsx";
import { plateText } from "../parts/plate_text.ts";
import { momentText } from "../parts/time.ts";
import { errorText, useUi } from "../parts/ui.ts";

interface Waiting {
  conflicts: readonly Conflict[];
  refused: readonly RefusedEvent[];
  told: readonly ToldAlert[];
}

export function InboxSheet({ close }: { close(): void }): JSX.Element {
  const { core, state, texts, announced } = useUi();
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const [told, setTold] = useState<{ kind: "good" | "bad"; text: string } | null>(null);
  const words = texts.inbox;
  const load = async (): Promise<void> => setWaiting({ conflicts: await core.conflicts(), refused: await core.refused(), told: await core.told.list() });

  // After each round of the sync: others write and decide meanwhile.
  useEffect(() => {
    load().catch((error: unknown) => setTold({ kind: "bad", text: errorText(texts, error) }));
  }, [core, state.last_contact_ms, state.conflicts, state.held, state.rejected, state.told]);

  const choose = async (conflict: Conflict, side: ConflictSide): Promise<void> => {
    try {
      await core.resolve(conflict, side.choice);
      setTold({ kind: "good", text: words.chosen });
    } catch (error) {
      setTold({ kind: "bad", text: errorText(texts, error) });
    }
    await load();
  };

  const levels = [...core.begun(), ...announced];
  const empty = waiting !== null && waiting.conflicts.length + waiting.refused.length + waiting.told.length + levels.length === 0;
  return (
    <Sheet full title={words.title} close={close}>
      {told !== null && <Notice kind={told.kind}>{told.text}</Notice>}
      {empty && <p class="empty">{words.empty}</p>}
      {waiting !== null && waiting.told.length > 0 && <ToldList told={waiting.told} />}
      {waiting !== null && waiting.conflicts.length > 0 && <p class="label">{words.label}</p>}
      {waiting !== null && waiting.conflicts.length > 0 && <p class="hint">{words.explain}</p>}
      {waiting?.conflicts.map((conflict) => (
        // Another set of values is another question: what was tapped before does not count.
        <ConflictCard key={`${conflict.record} ${conflict.path} ${conflict.seen.join()}`} conflict={conflict} choose={choose} />
      ))}
      {waiting !== null && waiting.refused.length > 0 && <p class="label">{words.refused}</p>}
      {waiting?.refused.map((event) => <RefusedCard key={event.ref} event={event} />)}
      {levels.length > 0 && <p class="label">{texts.told.levels}</p>}
      <AnnouncedList changes={levels} />
    </Sheet>
  );
}

interface ConflictCardProps {
  conflict: Conflict;
  choose(conflict: Conflict, side: ConflictSide): Promise<void>;
}

/** Two taps: a glove that slips must not decide. */
function ConflictCard({ conflict, choose }: ConflictCardProps): JSX.Element {
  const { texts } = useUi();
  const [tapped, setTapped] = useState<ConflictSide | null>(null);
  const [busy, setBusy] = useState(false);
  const [hidden, show] = useHiding();
  const words = texts.inbox;
  const secret = conflict.personal && hidden;
  return (
    <section class="conflict">
      <header>
        <strong>{fieldWords(texts, conflict.path)}</strong>
        <span>
          {conflict.plate === null ? texts.recent.no_plate : plateText(conflict.plate.normal)}
          {conflict.lane !== null && ` · ${texts.shift.lane} ${laneName(texts.lanes, conflict.lane)}`} · {momentText(conflict.time_ms)}
        </span>
      </header>
      <div class="stack" role="radiogroup" aria-label={fieldWords(texts, conflict.path)}>
        {conflict.sides.map((side) => (
          <button
            type="button"
            key={side.choice}
            role="radio"
            aria-checked={side === tapped}
            class={`side ${side === tapped ? "chosen" : ""}`}
            disabled={busy || secret}
            onClick={() => setTapped(side)}
          >
            <span class="side-value">
              {side === tapped && <TickIcon class="chip-tick" />}
              {secret ? texts.person.hidden : valueWords(texts, conflict.path, side.value)}
            </span>
            {side.writes.map((write) => (
              <span key={write.ref} class="side-who">
                {whoWords(texts, write)}
              </span>
            ))}
            {side.shown && <span class="side-who">{words.shown}</span>}
          </button>
        ))}
      </div>
      {secret && (
        <Button class="wide" onPress={show}>
          {texts.person.show}
        </Button>
      )}
      {tapped !== null && !secret && (
        <Button
          kind="primary"
          class="wide"
          disabled={busy}
          onPress={() => {
            setBusy(true);
            void choose(conflict, tapped).finally(() => setBusy(false));
          }}
        >
          {busy ? texts.verdict.saving : words.choose}
        </Button>
      )}
    </section>
  );
}

function RefusedCard({ event }: { event: RefusedEvent }): JSX.Element {
  const { texts } = useUi();
  const words = texts.inbox;
  const Icon = event.state === "held" ? WaitIcon : RefusedIcon;
  return (
    <section class={`reading ${event.state === "held" ? "look" : "act"}`}>
      <Icon />
      <div>
        <p class="reading-head">
          <strong>{event.plate === null ? texts.recent.no_plate : plateText(event.plate.normal)}</strong>
          <span class="reading-grade">{texts.recent[event.state]}</span>
        </p>
        <p>{momentText(event.time_ms)}</p>
        {event.amends && <p>{words.amends}</p>}
        {event.code !== null && <p>{errorWords(texts, event.code) ?? words.code(event.code)}</p>}
        <p>{event.state === "held" ? words.held_advice : words.rejected_advice}</p>
      </div>
    </section>
  );
}
