/** Who crosses: the person read last, to compare with the face; how many there are; and the next code. */

import type { JSX } from "preact";
import type { CrossingDraft, DraftPerson } from "../core/types.ts";
import { Button } from "./controls.tsx";
import { headcountDifference, isListed, MOST_PEOPLE } from "./draft.ts";
import { familyName } from "./evidence_view.tsx";
import { useHiding } from "./hiding.ts";
import { AlertIcon, ClaimIcon, NoCodeIcon, QuestionIcon, RefusedIcon, ScanIcon, SealIcon } from "./icons.tsx";
import { PeopleStepper } from "./people_stepper.tsx";
import { dateText } from "./time.ts";
import { useUi } from "./ui.ts";

const PROOF_ICONS = { verified: SealIcon, claim: ClaimIcon, unknown: QuestionIcon, invalid: RefusedIcon };

/** Name and birth date of who was read last; a tap shows everybody. */
export function LastPerson({ draft, open }: { draft: CrossingDraft; open(): void }): JSX.Element | null {
  const { texts } = useUi();
  const [hidden] = useHiding();
  const person = draft.people[draft.people.length - 1];
  if (person === undefined) return null;
  const { evidence } = person;
  const Icon = evidence === null ? NoCodeIcon : PROOF_ICONS[evidence.status];
  const others = draft.people.length - 1;
  return (
    <button type="button" class={`row last-person ${evidence?.status ?? "none"}`} onClick={open}>
      <Icon />
      <span class="row-value">
        <span class="last-name">{hidden ? texts.person.hidden : nameOf(person) || texts.person.no_identity}</span>
        <small>{aboutOf(person, hidden, texts)}</small>
        {evidence !== null && <span class="last-proof">{texts.proof[evidence.status]}</span>}
      </span>
      {isListed(draft, person) === false && (
        <span class="last-flag">
          <AlertIcon />
          {texts.lane.not_listed}
        </span>
      )}
      {others > 0 && <span class="last-others">+{others}</span>}
    </button>
  );
}

function nameOf({ evidence, identity }: DraftPerson): string {
  const company = evidence?.subject?.["company"];
  return evidence?.identity?.name || identity?.name || (typeof company === "string" ? company : "") || (identity?.id_number ?? "");
}

function aboutOf({ evidence, identity, role }: DraftPerson, hidden: boolean, texts: ReturnType<typeof useUi>["texts"]): string {
  const born = evidence?.identity?.birth_date ?? identity?.birth_date ?? null;
  const document = evidence === null ? texts.families.none : familyName(texts, evidence);
  return [born === null || hidden ? null : dateText(born), document, role === "driver" ? null : texts.roles[role]].filter((one) => one !== null).join(" · ");
}

interface PeopleRowProps {
  draft: CrossingDraft;
  change(patch: Partial<CrossingDraft>): void;
  addPerson(): void;
}

/** The count, against a manifest's where there is one. */
export function PeopleRow({ draft, change, addPerson }: PeopleRowProps): JSX.Element {
  const { texts } = useUi();
  const fewest = Math.max(draft.people.length, 1);
  const difference = headcountDifference(draft);
  return (
    <>
      <div class="people-row">
        <PeopleStepper count={draft.headcount} most={MOST_PEOPLE} fewest={fewest} change={(headcount) => change({ headcount })} />
        <Button class="scan-more" onPress={addPerson}>
          <ScanIcon />
          <span>{texts.verdict.add_person}</span>
        </Button>
      </div>
      {difference !== null && (
        <p class={`listed ${difference === 0 ? "same" : "differs"}`} role="status">
          {difference !== 0 && <AlertIcon />}
          <strong>{texts.lane.listed(draft.expected_headcount ?? 0, difference)}</strong>
        </p>
      )}
    </>
  );
}
