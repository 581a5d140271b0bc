/** Everybody whose code was read in one crossing: who, what it proves, and a way to take one out again. */

import type { JSX } from "preact";
import type { CrossingDraft, DraftPerson, Role } from "../core/types.ts";
import { Button, Chips, Notice, Sheet } from "./controls.tsx";
import { isListed } from "./draft.ts";
import { DocumentCard, IdentityCard, ProofBand, Warnings } from "./evidence_view.tsx";
import { useUi } from "./ui.ts";

const ROLES: readonly Role[] = ["driver", "passenger", "walker"];
const NOBODY = { name: "", birth_date: null, id_number: null, sex: null, phone: null, address: null };

interface PeopleSheetProps {
  draft: CrossingDraft;
  remove(at: number): void;
  setRole(at: number, role: Role): void;
  close(): void;
}

export function PeopleSheet({ draft, remove, setRole, close }: PeopleSheetProps): JSX.Element {
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
            <Chips label={texts.person.role} columns={3} options={ROLES} chosen={person.role} name={(one) => texts.roles[one]} choose={(role) => setRole(at, role)} />
            <Button class="wide" onPress={() => remove(at)}>
              {texts.lane.take_out}
            </Button>
          </li>
        ))}
      </ol>
    </Sheet>
  );
}

function Person({ person: { evidence, identity, card } }: { person: DraftPerson }): JSX.Element {
  const { texts } = useUi();
  const typed = identity === undefined ? null : { ...NOBODY, ...identity, name: identity.name ?? "" };
  return (
    <>
      {card !== null && <p class="people-role">{texts.cards[card.colour]}</p>}
      {evidence !== null && <ProofBand evidence={evidence} />}
      <DocumentCard subject={evidence?.subject ?? null} />
      {(evidence === null || evidence.subject?.type !== "manifest") && <IdentityCard identity={evidence?.identity ?? typed} />}
      {evidence !== null && <Warnings evidence={evidence} />}
    </>
  );
}
