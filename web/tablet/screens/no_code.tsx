/**
 * Somebody without a code: the chip card in hand, else a number that this tablet may know, else what they say.
 *
 * One number asks both: it is looked up as soon as it is whole, and where it is not known the same screen goes on
 * with name and year. Only as much of a hit is shown as it takes to ask "are you …"; the rest follows the answer.
 */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { DraftPerson, KnownPerson, Role } from "../core/types.ts";
import { Button, Chips, Notice, StepHead } from "../parts/controls.tsx";
import { CardIcon, PaperIcon, TickIcon } from "../parts/icons.tsx";
import { Keypad } from "../parts/keypad.tsx";
import { typedAs } from "../parts/identity_entry.tsx";
import { namePart } from "../parts/name_part.ts";
import { Scanner } from "../parts/scanner.tsx";
import { ageText } from "../parts/time.ts";
import { kindOfNumber, LONGEST_NUMBER } from "../parts/typed_number.ts";
import { useUi } from "../parts/ui.ts";

const LONGEST_NAME = 200;
/** The keypad's own key for who has no number either. */
const TO_NAME = "name";
const YEAR = /^(19|20)[0-9]{2}$/;

interface NoCodeProps {
  role: Role;
  /** Who was said before somebody went back. */
  was?: DraftPerson;
  done(person: DraftPerson): void;
  /** The code of a chip card, after all. */
  onText(text: string): void;
  reading: boolean;
  /** Whether a code is being read, also before a word says so. */
  busy(): boolean;
  error: string | null;
  back(): void;
}

/** Of the number as typed: not whole yet, looked for, not known here, or known. */
type Hit = { number: string; person: KnownPerson | null };

export function NoCodeScreen({ role: first_role, was, done, onText, reading, busy, error, back }: NoCodeProps): JSX.Element {
  const { core, texts, now_ms } = useUi();
  const words = texts.no_code;
  const [role, setRole] = useState(first_role);
  const [scanning, setScanning] = useState(false);
  const [before] = useState(() => typedAs(was?.identity));
  const [number, setNumber] = useState(before.number);
  // Whom the tablet knew was not typed, and is shown in part only.
  const [name, setName] = useState(was?.identified_by === "phone_lookup" ? "" : before.name);
  const [year, setYear] = useState(was?.identified_by === "phone_lookup" ? "" : (was?.identity?.birth_date ?? ""));
  const [hit, setHit] = useState<Hit | null>(null);
  /** Whole, and no more digits are wanted. */
  const [closed, setClosed] = useState(name !== "" || year !== "");
  const kind = kindOfNumber(number);

  useEffect(() => {
    // In the quiet before a number is typed; who may not look anything up types all the same.
    core.people.prepare().catch(() => undefined);
  }, [core]);
  useEffect(() => {
    if (kind === null) return undefined;
    let gone = false;
    core.people.byNumber(number).then(
      (person) => {
        if (gone) return;
        setHit({ number, person });
        // A CMND's nine digits may go on to be a phone number or a CCCD.
        if (person !== null || kind !== "cmnd") setClosed(true);
      },
      () => !gone && setHit({ number, person: null }),
    );
    return () => {
      gone = true;
    };
  }, [number]);

  const found = hit !== null && hit.number === number ? hit.person : null;
  const grouped = number.replace(/(.{4})(?=.)/g, "$1 ");
  const type = (next: string): void => {
    setNumber(next.slice(0, LONGEST_NUMBER));
    setClosed(false);
    setHit(null);
  };
  const known = (person: KnownPerson): void => {
    const { time_ms: _, ...identity } = person;
    done({ role, evidence: null, card: null, identity, identified_by: "phone_lookup" });
  };
  const said = (): Pick<DraftPerson, "identity" | "identified_by"> => {
    const identity = {
      ...(number === "" ? {} : kind === "phone" ? { phone: number } : { id_number: number }),
      ...(name.trim() === "" ? {} : { name: name.trim() }),
      ...(YEAR.test(year) ? { birth_date: year } : {}),
    };
    if (Object.keys(identity).length === 0) return {};
    return { identity, identified_by: number !== "" && kind !== "phone" ? "id_card" : "on_behalf" };
  };
  const onPaper = (): void => done({ role, evidence: null, card: null, ...said(), identified_by: "paper_later" });

  if (scanning) {
    return (
      <main class="screen person no-code">
        <StepHead title={words.card} back={() => setScanning(false)} />
        <div class="no-code-scan">
          <Scanner aim={reading ? texts.home.reading : words.card_aim} paused={reading} busy={busy} onText={onText} />
          {error !== null && <Notice kind="bad">{error}</Notice>}
        </div>
        <footer class="foot">
          <Button class="wide tall" onPress={() => setScanning(false)}>
            {words.no_card}
          </Button>
        </footer>
      </main>
    );
  }
  return (
    <main class="screen person no-code">
      <StepHead title={texts.person.no_code_title} back={back} />
      <div class="scroll">
        <div class="pair">
          <Button class="stacked" onPress={() => setScanning(true)}>
            <CardIcon />
            <span>{words.card}</span>
          </Button>
          <Button class="stacked" onPress={onPaper}>
            <PaperIcon />
            <span>{words.paper}</span>
          </Button>
        </div>
        <button type="button" class={number === "" ? "typed-number empty" : "typed-number"} aria-label={number === "" ? words.number : `${words.number}: ${grouped}`} onClick={() => setClosed(false)}>
          {number === "" ? words.number : grouped}
        </button>
        {found !== null ? (
          <section class="identity found" role="status">
            <p>{words.found(ageText(texts.ages, now_ms - found.time_ms))}</p>
            <p class="identity-name">
              {namePart(found.name)}
              {found.birth_date !== null && ` · ${found.birth_date.slice(0, 4)}`}
            </p>
            <p class="hint">{words.ask}</p>
            <Button kind="primary" class="wide tall" onPress={() => known(found)}>
              <TickIcon />
              <span>{words.same}</span>
            </Button>
            <Button class="wide" onPress={() => setHit({ number, person: null })}>
              {words.other}
            </Button>
          </section>
        ) : closed ? (
          <>
            <p class="hint" role="status">
              {kind === null ? "" : words.unknown(texts.person.typed_kinds[kind])}
            </p>
            <label class="label" for="said-name">
              {words.name}
            </label>
            <input id="said-name" class="field" value={name} maxLength={LONGEST_NAME} autocomplete="off" autocapitalize="words" onInput={(event) => setName(event.currentTarget.value)} />
            <label class="label" for="said-year">
              {words.year}
            </label>
            <input id="said-year" class="field" inputMode="numeric" value={year} maxLength={4} autocomplete="off" onInput={(event) => setYear(event.currentTarget.value.replace(/\D/g, ""))} aria-describedby="said-year-short" />
            {year !== "" && !YEAR.test(year) && (
              <p id="said-year-short" class="hint" role="status">
                {words.year_short}
              </p>
            )}
          </>
        ) : (
          <>
            <p class="hint">{texts.person.type_number_hint}</p>
            <Keypad press={(key) => (key === TO_NAME ? setClosed(true) : type(number + key))} erase={() => type(number.slice(0, -1))} extra={{ key: TO_NAME, name: words.to_name }} />
          </>
        )}
        <Chips label={texts.person.role} columns={3} options={["driver", "passenger", "walker"]} chosen={role} name={(one) => texts.roles[one]} choose={setRole} />
      </div>
      <footer class="foot">
        {found === null && (
          <Button kind="primary" class="wide tall" onPress={() => done({ role, evidence: null, card: null, ...said() })}>
            {texts.app.next}
          </Button>
        )}
      </footer>
    </main>
  );
}
