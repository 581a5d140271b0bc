/** Everybody whose code was read in one crossing: who, what it proves, and a way to take one out again. */

import type { JSX } from "preact";
import type { CrossingDraft, DraftPerson } from "../core/types.ts";
import { Button, Notice, Sheet } from "./controls.tsx";
import { isListed } from "./draft.ts";
import { DocumentCard, IdentityCard, ProofBand, Warnings } from "./evidence_view.tsx";
import { useUi } from "./ui.ts";

const NOBODY = { name: "", birth_date: null, id_number: null, sex: null, phone: null, address: null };

interface PeopleSheetProps {
  draft: CrossingDraft;
  remove(at: number): void;
  close(): void;
}

export function PeopleSheet({ draft, remove, close }: PeopleSheetProps): JSX.Element {
  const { texts } = useUi();
  return (
    <Sheet
      full
      title={`${texts.verdict.people}: ${draft.people.length}/${draft.headcount}`}
      close={close}
      foot={
        <Button kind="primary" class="wide" onPress={close}>
          {texts.app.done}
        </Button>
      }
    >
      <ol class="people-list">
        {draft.people.map((person, at) => (
          <li key={at}>
            <Person person={person} />
            {isListed(draft, person) === false && <Notice>{texts.lane.not_listed}</Notice>}
            <Button class="wide" onPress={() => remove(at)}>
              {texts.lane.take_out}
            </Button>
          </li>
        ))}
      </ol>
    </Sheet>
  );
}

function Person({ person: { evidence, identity, role, card } }: { person: DraftPerson }): JSX.Element {
  const { texts } = useUi();
  const typed = identity === undefined ? null : { ...NOBODY, ...identity, name: identity.name ?? "" };
  return (
    <>
      <p class="people-role">
        {texts.roles[role]}
        {card !== null && ` · ${texts.cards[card.colour]}`}
      </p>
      {evidence !== null && <ProofBand evidence={evidence} />}
      <DocumentCard subject={evidence?.subject ?? null} />
      {(evidence === null || evidence.subject?.type !== "manifest") && <IdentityCard identity={evidence?.identity ?? typed} />}
      {evidence !== null && <Warnings evidence={evidence} />}
    </>
  );
}
