/** A quick test: whose, which kind, and one tap on what it shows. A positive one says at once what to do. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CrossingSummary, Noted, TestResult, TestType } from "../core/types.ts";
import { Button, Chips, Notice, StepHead } from "../parts/controls.tsx";
import { CrossingFacts } from "../parts/crossing_facts.tsx";
import { signal } from "../parts/feedback.ts";
import { PassIcon, PeopleIcon, QuestionIcon, TurnBackIcon, WaitIcon } from "../parts/icons.tsx";
import { HealthCall } from "../parts/signs_row.tsx";
import { momentText } from "../parts/time.ts";
import { errorText, useUi } from "../parts/ui.ts";

const TYPES: readonly TestType[] = ["rapid", "pcr_sample"];
const RESULTS: readonly TestResult[] = ["negative", "positive", "invalid", "pending"];
const ICONS = { negative: PassIcon, positive: TurnBackIcon, invalid: QuestionIcon, pending: WaitIcon };
const LISTED = 6;
const MOST_CHIPS = 6;
/** A laboratory may take three days; what this tablet asked for is looked for so long. */
const WAITED_MS = 4 * 86_400_000;

/** Of a new test: the crossing, or nobody on record. Of one begun: the test that waits. */
type Whose = { crossing: CrossingSummary | null } | { waiting: Noted };

interface Saved {
  result: TestResult;
  record: string;
  /** The write, for who takes it back; `awaited`: the test goes back to waiting. */
  ref: string;
  awaited: boolean;
}

export default function QuickTestScreen({ close }: { close(): void }): JSX.Element {
  const { core, texts, settings } = useUi();
  const [whose, setWhose] = useState<Whose | null>(null);
  const [saved, setSaved] = useState<Saved | null>(null);
  const [error, setError] = useState<string | null>(null);
  const over = (one: Saved): void => {
    signal(one.result === "positive" ? "turn_back" : "saved", settings.sound);
    setSaved(one);
    setWhose(null);
  };
  const undo = ({ record, ref, awaited }: Saved): void => {
    const back = awaited ? { fields: { result: "pending" }, over: { result: [ref] } } : { fields: { voided: "undone" } };
    setSaved(null);
    core.noting.write({ kind: "quick_test", record, ...back }).then(
      () => signal("saved", settings.sound),
      (reason: unknown) => setError(errorText(texts, reason)),
    );
  };
  if (saved?.result === "positive") return <Positive undo={() => undo(saved)} close={() => setSaved(null)} />;
  if (whose === null) return <Whom key={saved?.ref ?? ""} choose={setWhose} saved={saved} undo={undo} error={error} close={close} />;
  return <Result whose={whose} saved={over} back={() => setWhose(null)} />;
}

interface WhomProps {
  choose(whose: Whose): void;
  saved: Saved | null;
  undo(saved: Saved): void;
  error: string | null;
  close(): void;
}

function Whom({ choose, saved, undo, error, close }: WhomProps): JSX.Element {
  const { core, texts } = useUi();
  const words = texts.quick_test;
  const [recent, setRecent] = useState<readonly CrossingSummary[]>([]);
  const [waiting, setWaiting] = useState<readonly Noted[]>([]);
  useEffect(() => {
    core.recent(LISTED).then((found) => setRecent(found.filter(({ voided }) => !voided)), () => undefined);
    core.noting.own("quick_test", Date.now() - WAITED_MS).then(
      (found) => setWaiting(found.filter(({ values }) => values["result"] === "pending" && values["voided"] == null)),
      () => undefined,
    );
  }, [core]);
  return (
    <main class="screen list">
      <StepHead title={words.title} back={close} />
      <div class="scroll">
        {error !== null && <Notice kind="bad">{error}</Notice>}
        {saved !== null && (
          <>
            <Notice kind="good">{words.saved(words.results[saved.result])}</Notice>
            <Button class="wide" onPress={() => undo(saved)}>
              {words.undo}
            </Button>
          </>
        )}
        {waiting.length > 0 && <p class="label">{words.waiting}</p>}
        {waiting.map((one) => (
          <button type="button" class="row" key={one.record} onClick={() => choose({ waiting: one })}>
            <WaitIcon />
            <span class="row-value">{momentText(one.time_ms)}</span>
          </button>
        ))}
        <p class="label">{words.whom}</p>
        {recent.map((crossing) => (
          <button type="button" class="row tested" key={crossing.record} onClick={() => choose({ crossing })}>
            <CrossingFacts crossing={crossing} />
          </button>
        ))}
        <button type="button" class="row" onClick={() => choose({ crossing: null })}>
          <PeopleIcon />
          <span class="row-value">{words.other}</span>
        </button>
      </div>
    </main>
  );
}

function Result({ whose, saved, back }: { whose: Whose; saved(one: Saved): void; back(): void }): JSX.Element {
  const { core, state, texts, settings } = useUi();
  const words = texts.quick_test;
  const crossing = "crossing" in whose ? whose.crossing : null;
  const begun = "waiting" in whose ? whose.waiting : null;
  const [type, setType] = useState<TestType>("rapid");
  const [item, setItem] = useState("1");
  const [name, setName] = useState("");
  const [phone, setPhone] = useState("");
  const [product, setProduct] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const people = Array.from({ length: Math.min(crossing?.headcount ?? 0, MOST_CHIPS) }, (_, at) => String(at + 1));
  const results = begun !== null ? RESULTS.filter((one) => one !== "pending") : type === "pcr_sample" ? (["pending"] as const) : RESULTS;
  const save = (result: TestResult): void => {
    if (busy) return;
    setBusy(true);
    setError(null);
    const who = { ...(name.trim() === "" ? {} : { name: name.trim() }), ...(phone.trim() === "" ? {} : { phone: phone.trim() }) };
    const person = { ...(Object.keys(who).length === 0 ? {} : { person: who }), ...(product.trim() === "" ? {} : { product: product.trim() }) };
    const of = crossing === null ? {} : { crossing: crossing.record, item };
    const written =
      begun === null
        ? core.noting.write({
            kind: "quick_test",
            fields: { lane: state.lane ?? "", type, result, ...of },
            ...(Object.keys(person).length === 0 ? {} : { person: { fields: person, items: {} } }),
          })
        : core.noting.write({ kind: "quick_test", record: begun.record, fields: { result }, over: { result: begun.writes["result"] ?? [] } });
    written.then(
      ({ record, ref }) => saved({ result, record, ref, awaited: begun !== null }),
      (reason: unknown) => {
        setBusy(false);
        signal("refused", settings.sound);
        setError(errorText(texts, reason));
      },
    );
  };
  return (
    <main class="screen person quick-test">
      <StepHead title={words.title} back={back} />
      <div class="scroll">
        {error !== null && <Notice kind="bad">{error}</Notice>}
        {crossing !== null && (
          <p class="row tested">
            <CrossingFacts crossing={crossing} />
          </p>
        )}
        {begun !== null && <p class="label">{momentText(begun.time_ms)}</p>}
        {people.length > 1 && <Chips label={words.which} columns={3} options={people} chosen={item} name={(one) => words.person(Number(one))} choose={setItem} />}
        {begun === null && <Chips label={words.type} columns={2} options={TYPES} chosen={type} name={(one) => words.types[one]} choose={setType} />}
        {begun === null && crossing === null && (
          <>
            <Field id="tested-name" label={words.name} value={name} longest={200} change={setName} />
            <Field id="tested-phone" label={words.phone} value={phone} longest={20} change={setPhone} phone />
          </>
        )}
        {begun === null && <Field id="tested-with" label={words.product} value={product} longest={64} change={setProduct} />}
      </div>
      <footer class="foot test-results">
        {results.map((one) => {
          const Icon = ICONS[one];
          return (
            <button type="button" key={one} class={`test-result ${one}`} disabled={busy} onClick={() => save(one)}>
              <Icon />
              <span>{one === "pending" && type === "rapid" ? words.wait : words.results[one]}</span>
            </button>
          );
        })}
      </footer>
    </main>
  );
}

interface FieldProps {
  id: string;
  label: string;
  value: string;
  longest: number;
  change(value: string): void;
  phone?: boolean;
}

function Field({ id, label, value, longest, change, phone }: FieldProps): JSX.Element {
  return (
    <>
      <label class="label" for={id}>
        {label}
      </label>
      <input id={id} class="field" inputMode={phone === true ? "tel" : "text"} value={value} maxLength={longest} autocomplete="off" onInput={(event) => change(event.currentTarget.value)} />
    </>
  );
}

/** What to do now, and whom to call. */
function Positive({ undo, close }: { undo(): void; close(): void }): JSX.Element {
  const { texts } = useUi();
  const words = texts.quick_test;
  return (
    <main class="screen person verdict turn_back">
      <section class="answer" role="alert">
        <TurnBackIcon class="answer-icon" />
        <h1>{words.positive}</h1>
      </section>
      <div class="scroll verdict-form">
        <ol class="what-now">
          {words.positive_do.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ol>
        <HealthCall text="" />
      </div>
      <footer class="foot">
        <Button kind="primary" class="wide tall" onPress={close}>
          {texts.app.done}
        </Button>
        <Button kind="quiet" class="wide" onPress={undo}>
          {words.undo}
        </Button>
      </footer>
    </main>
  );
}
