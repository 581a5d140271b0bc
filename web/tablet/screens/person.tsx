/** After a code: who it names, what was proved, and what only eyes can tell. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CardColour, DraftPerson, Evidence, Role } from "../core/types.ts";
import { Button, Chips, Sheet, StepHead } from "../parts/controls.tsx";
import { DocumentCard, IdentityCard, ProofBand, Warnings } from "../parts/evidence_view.tsx";
import { PassIcon, QuestionIcon, ReferIcon } from "../parts/icons.tsx";
import { maskedNumber } from "../parts/hiding.ts";
import { IdentityEntry, identityFrom, incomplete, typedAs } from "../parts/identity_entry.tsx";
import { useUi } from "../parts/ui.ts";

const ROLES: readonly Role[] = ["driver", "passenger", "walker"];
const CARD_ICONS = { green: PassIcon, yellow: ReferIcon, none: QuestionIcon };
const CARDS: readonly CardColour[] = ["green", "yellow", "none"];

interface PersonProps {
  /** 1 for the first person of a crossing. */
  number: number;
  evidence: Evidence;
  role: Role;
  /** What was typed before somebody went back. */
  was?: DraftPerson["identity"];
  done(person: DraftPerson): void;
  back(): void;
}

export function PersonScreen({ number, evidence, role: first_role, was, done, back }: PersonProps): JSX.Element {
  const { texts } = useUi();
  const [role, setRole] = useState(first_role);
  const [typed, setTyped] = useState(typedAs(was));
  const [entering, setEntering] = useState(false);
  const asks_card = evidence.family === "pc_covid" && evidence.status !== "invalid";
  const finish = (colour: CardColour | null): void =>
    done({ role, evidence, card: colour === null ? null : { colour, basis: "seen" }, ...identityFrom(typed) });
  return (
    <main class="screen person">
      <StepHead title={number === 1 ? texts.person.title_first : texts.person.title_nth(number)} back={back} />
      <div class="scroll">
        <ProofBand evidence={evidence} />
        <DocumentCard subject={evidence.subject} />
        <IdentityCard identity={evidence.identity} />
        <Warnings evidence={evidence} />
        {evidence.identity !== null && <p class="compare">{texts.person.compare}</p>}
        <Chips label={texts.person.role} columns={3} options={ROLES} chosen={role} name={(one) => texts.roles[one]} choose={setRole} />
        {incomplete(evidence.identity) && (
          <Button class="wide" onPress={() => setEntering(true)}>
            {typed.number === "" ? texts.person.enter_id : `${texts.person.entered}: ${maskedNumber(typed.number)}`}
          </Button>
        )}
      </div>
      {entering && (
        <Sheet
          title={texts.person.enter_id}
          close={() => setEntering(false)}
          foot={
            <Button kind="primary" class="wide" onPress={() => setEntering(false)}>
              {texts.app.done}
            </Button>
          }
        >
          <IdentityEntry typed={typed} change={setTyped} />
        </Sheet>
      )}
      <footer class="foot">
        {asks_card ? (
          <div class="cards" role="group" aria-label={texts.person.card_question}>
            <p class="question">{texts.person.card_question}</p>
            {CARDS.map((colour) => {
              const Icon = CARD_ICONS[colour];
              return (
                <button type="button" key={colour} class={`card-button ${colour}`} onClick={() => finish(colour)}>
                  <Icon />
                  <span>{texts.cards[colour]}</span>
                </button>
              );
            })}
            <p class="hint">{texts.person.card_note}</p>
          </div>
        ) : (
          <Button kind="primary" class="wide tall" onPress={() => finish(null)}>
            {texts.app.next}
          </Button>
        )}
      </footer>
    </main>
  );
}
