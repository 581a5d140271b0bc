/**
 * Turned towards the traveller: why, by which text, what would change it, whom to call, and a code to complain with.
 *
 * Nobody's name is on it, so whoever stands behind may read along. It is upside down for the officer:
 * the tablet stays in their hands.
 */

import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { complaintCode, shownCode } from "../../shared/sync/complaint.ts";
import type { CrossingDraft, Decision, ReasonText } from "../core/types.ts";
import { Button } from "../parts/controls.tsx";
import { OUTCOME_ICONS, TurnIcon } from "../parts/icons.tsx";
import { useModal } from "../parts/modal.ts";
import { qrModules } from "../parts/qr_draw.ts";
import { useUi } from "../parts/ui.ts";
import { type Need, type Way, waysOut } from "../parts/what_if.ts";
import { en } from "../texts/en.ts";
import { vi } from "../texts/vi.ts";
import "../styles/traveller.css";

const TEXTS = { vi, en };
/** What the rules say of themselves: no paper of the traveller's would change it. */
const OURS = ["rules_error", "rules_missing", "rules_stale"];
const SEVERITY = { pass: 0, refer: 1, turn_back: 2 } as const;
const QUIET = 3;
/** More of them push the way out off a phone. */
const MOST_REASONS = 2;

export interface TravellerProps {
  draft: CrossingDraft;
  decision: Decision;
  close(): void;
}

export function TravellerScreen({ draft, decision, close }: TravellerProps): JSX.Element {
  const { core, state, texts: officers, places, now_ms } = useUi();
  const [language, setLanguage] = useState<"vi" | "en">("vi");
  const [turned, setTurned] = useState(true);
  const texts = TEXTS[language];
  const words = texts.traveller;
  const { checkpoint } = state;
  // Of the telephone book, what may be shown to travellers, the checkpoint's own first.
  const shared = core.shift_packs.phones().hotlines.find((one) => one.public);
  const hotline = shared?.number ?? checkpoint?.hotline ?? "";
  const code = draft.record === undefined ? null : complaintCode(draft.record);
  const ours = decision.reasons.some((one) => OURS.includes(one.code));
  // The rules' reasons are for what the rules say: under «chưa được qua» they must not say that all is well.
  const decided_here = SEVERITY[outcomeShown(draft)] > SEVERITY[decision.verdict.outcome];
  const [ways, setWays] = useState<readonly Way[] | null>(null);
  useEffect(() => {
    if (decided_here) return undefined;
    // The screen first: an old tablet asks the rules for a good part of a second.
    const timer = window.setTimeout(() => setWays(ours ? [] : waysOut(draft, (one) => core.decide(one), now_ms + (state.clock_skew_ms ?? 0), places)));
    return () => window.clearTimeout(timer);
  }, []);
  const panel = useRef<HTMLDivElement>(null);
  useModal(panel, close);
  const Icon = OUTCOME_ICONS[outcomeShown(draft)];
  return (
    <div class="traveller" role="dialog" aria-modal="true" aria-label={officers.traveller.title} tabIndex={-1} ref={panel}>
      <section class={`traveller-page ${turned ? "turned" : ""}`} lang={language}>
        <header class={`traveller-head ${outcomeShown(draft)}`}>
          <Icon />
          <h1>{words.heads[draft.action]}</h1>
          <button type="button" class="traveller-language" onClick={() => setLanguage(language === "vi" ? "en" : "vi")}>
            {words.other_language}
          </button>
        </header>
        <div class="traveller-body">
          <h2>{words.why}</h2>
          {decided_here && (
            <p class="traveller-reason">
              {words.decided_here}
              {draft.override !== null && draft.override !== "other" && `: ${texts.overrides[draft.override]}`}
            </p>
          )}
          {(decided_here ? [] : decision.reasons).slice(0, MOST_REASONS).map((one: ReasonText) => (
            <p key={one.code} class="traveller-reason">
              {one[language]}
            </p>
          ))}
          {decision.basis !== null && !decided_here && (
            <p class="traveller-basis">
              {decision.basis.document} · {decision.basis.clause}
              {decision.basis.unconfirmed && ` (${texts.verdict.unconfirmed})`}
            </p>
          )}
          <h2>{words.what_helps}</h2>
          {decided_here ? <p>{words.ask_here}</p> : <Ways ways={ways} ours={ours} language={language} />}
          <div class="traveller-foot">
            <div class="traveller-contact">
              {hotline !== "" && (
                <p>
                  {words.hotline}
                  <strong>{hotline}</strong>
                </p>
              )}
              {code !== null && (
                <p>
                  {words.code}
                  <strong class="traveller-code">{shownCode(code)}</strong>
                </p>
              )}
              <p class="traveller-small">{words.code_hint}</p>
            </div>
            {code !== null && <Qr text={`${location.origin}/${language === "vi" ? "khieu-nai" : "complain"}#${shownCode(code)}`} label={words.qr} />}
          </div>
        </div>
      </section>
      <footer class="traveller-officer">
        <Button onPress={() => setTurned(!turned)}>
          <TurnIcon />
          <span>{officers.traveller.turn}</span>
        </Button>
        <Button kind="primary" onPress={close}>
          {officers.traveller.back}
        </Button>
      </footer>
    </div>
  );
}

/** What is done counts for who stands there, also where an officer decided otherwise than the rules. */
function outcomeShown({ action }: CrossingDraft): "pass" | "refer" | "turn_back" {
  return action === "passed" ? "pass" : action === "referred" ? "refer" : "turn_back";
}

function Ways({ ways, ours, language }: { ways: readonly Way[] | null; ours: boolean; language: "vi" | "en" }): JSX.Element {
  const words = TEXTS[language].traveller;
  if (ours) return <p>{words.ours}</p>;
  if (ways === null) return <p>…</p>;
  if (ways.length === 0) return <p>{words.nothing_helps}</p>;
  const passes = ways[0]?.outcome === "pass";
  return (
    <>
      <p>{passes ? (ways.length === 1 ? words.passes_with_it : words.passes_with) : words.milder_with}</p>
      <ul class="traveller-ways">
        {ways.map(({ needs }) => (
          <li key={needs.map(({ what }) => what).join()}>{needs.map((need) => needText(words.needs, need)).join(` ${words.and} `)}</li>
        ))}
      </ul>
    </>
  );
}

function needText(words: (typeof vi)["traveller"]["needs"], need: Need): string {
  switch (need.what) {
    case "negative_test":
    case "negative_pcr":
      return words[need.what](need.hours);
    case "one_dose":
    case "all_doses":
      return words[need.what](need.days);
    default:
      return words[need.what];
  }
}

function Qr({ text, label }: { text: string; label: string }): JSX.Element {
  const rows = useMemo(() => qrModules(text), [text]);
  const size = rows.length + 2 * QUIET;
  const dark = rows.flatMap((row, y) => row.flatMap((one, x) => (one ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : []))).join("");
  return (
    <svg class="traveller-qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={dark} fill="#000" />
    </svg>
  );
}
