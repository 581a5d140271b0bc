/** «Vi phạm»: what, what was done, who; four taps from the lane, and a draft report to read out or print. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CrossingSummary, Noted, SavedCrossing } from "../core/types.ts";
import { Button, Chips, Notice, Sheet, StepHead } from "../parts/controls.tsx";
import { ScanIcon } from "../parts/icons.tsx";
import { Keypad } from "../parts/keypad.tsx";
import { isJustNow, NotedSaved, useLatest, useWriting, WhichCrossing } from "../parts/noted.tsx";
import { AMOUNTS, dongText, legalOf, MOST_VND, type Sanction, SANCTIONS, VIOLATIONS, type ViolationWord } from "../parts/offences.ts";
import { Scanner } from "../parts/scanner.tsx";
import { clockText } from "../parts/time.ts";
import { useUi } from "../parts/ui.ts";
import { useWedge } from "../parts/use_wedge.ts";
import { type Offender, NOBODY, reportOf, ViolationReport } from "./violation_report.tsx";
import "../styles/noted.css";

/** What the list goes back: a shift and the one before. */
const LISTED_MS = 12 * 3_600_000;
const LONGEST = { name: 200, id_number: 32, birth_date: 10, address: 300, text: 500 };

export default function ViolationScreen({ close }: { close(): void }): JSX.Element {
  const { core, state, texts, now_ms } = useUi();
  const words = texts.violation;
  const latest = useLatest();
  const [crossing, setCrossing] = useState<CrossingSummary | null | undefined>(undefined);
  const [what, setWhat] = useState<ViolationWord | null>(null);
  const [action, setAction] = useState<Sanction>("draft_report");
  const [amount_vnd, setAmount] = useState<number | null>(null);
  const [who, setWho] = useState<Offender>(NOBODY);
  const [note, setNote] = useState("");
  const [said, setSaid] = useState("");
  const [open, setOpen] = useState<"amount" | "who" | "list" | null>(null);
  const [saved, setSaved] = useState<{ one: SavedCrossing; at_ms: number } | null>(null);
  const [shown, setShown] = useState<Noted | null>(null);
  const { busy, error, write } = useWriting();
  const server_ms = now_ms + (state.clock_skew_ms ?? 0);
  // The newest one until the officer has chosen.
  const about = crossing !== undefined ? crossing : isJustNow(latest[0], server_ms) ? (latest[0] ?? null) : null;
  const named = who.name === "" && about?.name != null ? { ...who, name: about.name } : who;
  const mine = useOwn("violation", saved);

  const again = (): void => {
    setWhat(null);
    setAction("draft_report");
    setAmount(null);
    setWho(NOBODY);
    setNote("");
    setSaid("");
    setSaved(null);
    setCrossing(undefined);
  };
  const legal = what === null ? null : legalOf(what, core.shift_packs.legal());
  const save = (): void => {
    if (what === null) return;
    const fields = {
      lane: state.lane ?? "",
      ...(about === null ? {} : { crossing: about.record, plate: about.plate }),
      what,
      legal,
      action,
      amount_vnd: action === "fined" ? amount_vnd : null,
    };
    const person = { ...some({ note: note.trim(), said: said.trim() }), ...(isNobody(named) ? {} : { who: some({ ...named }) }) };
    const part = Object.keys(person).length === 0 ? {} : { person: { fields: person, items: {} } };
    write(
      () => core.noting.write({ kind: "violation", fields, ...part }),
      (one) => setSaved({ one, at_ms: Date.now() }),
    );
  };
  if (shown !== null) return <ViolationReport report={reportOf(shown)} back={() => setShown(null)} />;
  if (saved !== null) {
    const mineNow = mine.find(({ record }) => record === saved.one.record);
    return (
      <main class="screen team">
        <StepHead title={words.title} back={close} />
        <div class="team-body">
          <NotedSaved kind="violation" saved={saved.one} saved_ms={saved.at_ms} undone={again} />
        </div>
        <footer class="team-foot noted-foot">
          <Button class="wide tall" disabled={mineNow === undefined} onPress={() => setShown(mineNow ?? null)}>
            {words.see_report}
          </Button>
          <Button class="wide" onPress={again}>
            {words.another}
          </Button>
          <Button kind="primary" class="wide tall" onPress={close}>
            {texts.app.done}
          </Button>
        </footer>
      </main>
    );
  }
  const missing = action === "fined" && amount_vnd === null;
  return (
    <main class="screen team">
      <StepHead title={words.title} back={close} entered={note !== "" || said !== "" || !isNobody(who)} />
      <div class="team-body">
        {error !== null && <Notice kind="bad">{error}</Notice>}
        <p class="label">{words.what}</p>
        <Chips label={words.what} columns={2} options={VIOLATIONS} chosen={what} name={(one) => words.whats[one]} choose={setWhat} />
        {what !== null && (
          <p class="noted-legal">
            {legal === null ? words.no_legal : `${texts.verdict.basis}: ${legal.document} · ${legal.clause}${legal.unconfirmed ? ` (${texts.verdict.unconfirmed})` : ""}`}
          </p>
        )}
        <p class="label">{words.action}</p>
        <Chips
          label={words.action}
          columns={2}
          options={SANCTIONS}
          chosen={action}
          name={(one) => words.actions[one]}
          choose={(one) => {
            setAction(one);
            if (one === "fined" && amount_vnd === null) setOpen("amount");
          }}
        />
        {action === "fined" && (
          <button type="button" class="row" onClick={() => setOpen("amount")}>
            <span class="row-label">{words.amount}:</span>
            <span class="row-value">{amount_vnd === null ? words.no_amount : dongText(amount_vnd)}</span>
          </button>
        )}
        <WhichCrossing latest={latest} chosen={about} choose={setCrossing} />
        <button type="button" class="row" onClick={() => setOpen("who")}>
          <span class="row-label">{words.who}:</span>
          <span class="row-value">{isNobody(named) ? words.unknown : [named.name, named.id_number].filter((one) => one !== "").join(" · ")}</span>
        </button>
        <label class="label" for="violation-note">
          {words.note}
        </label>
        <textarea id="violation-note" class="field" rows={2} maxLength={LONGEST.text} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        <label class="label" for="violation-said">
          {words.said}
        </label>
        <textarea id="violation-said" class="field" rows={2} maxLength={LONGEST.text} value={said} onInput={(event) => setSaid(event.currentTarget.value)} />
        {mine.length > 0 && (
          <Button class="wide" onPress={() => setOpen("list")}>
            {words.mine(mine.length)}
          </Button>
        )}
      </div>
      <footer class="team-foot">
        <Button kind="primary" class="wide tall" disabled={busy || what === null} onPress={missing ? () => setOpen("amount") : save}>
          {busy ? texts.verdict.saving : what === null ? words.choose_first : missing ? words.no_amount : texts.verdict.save}
        </Button>
      </footer>
      {open === "amount" && (
        <AmountSheet
          amount_vnd={amount_vnd}
          close={() => setOpen(null)}
          done={(amount) => {
            setAmount(amount);
            setOpen(null);
          }}
        />
      )}
      {open === "who" && (
        <WhoSheet
          who={named}
          close={() => setOpen(null)}
          done={(one) => {
            setWho(one);
            setOpen(null);
          }}
        />
      )}
      {open === "list" && (
        <Sheet title={words.mine(mine.length)} close={() => setOpen(null)}>
          <ul class="rows">
            {mine.map((one) => (
              <li key={one.record}>
                <button type="button" class="row" onClick={() => setShown(one)}>
                  <span class="row-label">{clockText(one.time_ms)}</span>
                  <span class="row-value">{words.whats[one.values["what"] as ViolationWord] ?? String(one.values["what"])}</span>
                </button>
              </li>
            ))}
          </ul>
        </Sheet>
      )}
    </main>
  );
}

/** This tablet's own records of a kind that still count, newest first. */
function useOwn(kind: string, changed: unknown): readonly Noted[] {
  const { core } = useUi();
  const [found, setFound] = useState<readonly Noted[]>([]);
  useEffect(() => {
    core.noting.own(kind, Date.now() - LISTED_MS).then(
      (all) => setFound(all.filter(({ values }) => values["voided"] === undefined || values["voided"] === null).reverse()),
      () => undefined, // locked in the meantime
    );
  }, [core, changed]);
  return found;
}

function AmountSheet({ amount_vnd, close, done }: { amount_vnd: number | null; close(): void; done(amount_vnd: number): void }): JSX.Element {
  const { texts } = useUi();
  const words = texts.violation;
  const [typed, setTyped] = useState(amount_vnd === null ? "" : String(amount_vnd));
  const amount = Number(typed);
  return (
    <Sheet
      title={words.amount}
      close={close}
      foot={
        <Button kind="primary" class="wide tall" disabled={typed === "" || amount > MOST_VND} onPress={() => done(amount)}>
          {texts.app.done}
        </Button>
      }
    >
      <div class="chips columns-3">
        {AMOUNTS.map((one) => (
          <button key={one} type="button" class="chip" onClick={() => done(one)}>
            {dongText(one)}
          </button>
        ))}
      </div>
      <output class="typed-number">{typed === "" ? "0 đ" : dongText(amount)}</output>
      <Keypad
        press={(key) => setTyped((typed + key).replace(/^0+/, "").slice(0, 11))}
        erase={() => setTyped(typed.slice(0, -1))}
        extra={{ key: "000", name: "000" }}
      />
    </Sheet>
  );
}

function WhoSheet({ who, close, done }: { who: Offender; close(): void; done(who: Offender): void }): JSX.Element {
  const { core, texts } = useUi();
  const words = texts.violation;
  const [one, setOne] = useState(who);
  const [scanning, setScanning] = useState(false);
  const read = (text: string): void => {
    core.readCode(text).then(
      ({ identity }) => {
        setScanning(false);
        if (identity === null) return;
        const { name, id_number, birth_date, address, phone } = identity;
        setOne({ ...one, name, id_number: id_number ?? one.id_number, birth_date: birth_date ?? one.birth_date, address: address ?? one.address, phone: phone ?? one.phone });
      },
      () => setScanning(false),
    );
  };
  useWedge(read, () => undefined);
  const field = (name: keyof Offender, longest: number, mode?: "numeric" | "tel"): JSX.Element => (
    <label class="noted-field">
      <span class="label">{words.fields[name]}</span>
      <input
        class="field"
        value={one[name]}
        maxLength={longest}
        autocomplete="off"
        {...(mode === undefined ? {} : { inputMode: mode })}
        onInput={(event) => setOne({ ...one, [name]: event.currentTarget.value })}
      />
    </label>
  );
  return (
    <Sheet
      title={words.who}
      close={close}
      full
      entered={Object.values(one).some((text) => text !== "")}
      foot={
        <Button kind="primary" class="wide tall" onPress={() => done(one)}>
          {texts.app.done}
        </Button>
      }
    >
      {scanning ? (
        <div class="noted-scan">
          <Scanner aim={texts.home.aim} onText={read} />
        </div>
      ) : (
        <Button class="wide tall" onPress={() => setScanning(true)}>
          <ScanIcon />
          <span>{words.scan}</span>
        </Button>
      )}
      {field("name", LONGEST.name)}
      {field("id_number", LONGEST.id_number, "numeric")}
      {field("birth_date", LONGEST.birth_date, "numeric")}
      {field("address", LONGEST.address)}
      {field("phone", 20, "tel")}
    </Sheet>
  );
}

function isNobody(who: Offender): boolean {
  return Object.values(who).every((one) => one === "");
}

function some<T extends Record<string, string>>(texts: T): Partial<T> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== "")) as Partial<T>;
}
