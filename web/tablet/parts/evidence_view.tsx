/** What a code said and how far it can be believed; who it names leaves the screen after a while. */

import type { JSX } from "preact";
import type { Evidence } from "../core/types.ts";
import { Button, Notice } from "./controls.tsx";
import { maskedNumber, useHiding } from "./hiding.ts";
import { ClaimIcon, EyeIcon, QuestionIcon, RefusedIcon, SealIcon } from "./icons.tsx";
import { dateText } from "./time.ts";
import { useUi } from "./ui.ts";
import type { Texts } from "../texts/vi.ts";

const PROOF_ICONS = { verified: SealIcon, claim: ClaimIcon, unknown: QuestionIcon, invalid: RefusedIcon };

/** "Tờ khai y tế" for our own documents, else the family's name. */
export function familyName(texts: Texts, evidence: Evidence): string {
  const type = evidence.subject?.type;
  if (evidence.family === "own" && typeof type === "string") {
    const own = (texts.own_types as Record<string, string>)[type];
    if (own !== undefined) return own;
  }
  return (texts.families as Record<string, string>)[evidence.family] ?? evidence.family;
}

export function ProofBand({ evidence }: { evidence: Evidence }): JSX.Element {
  const { texts } = useUi();
  const Icon = PROOF_ICONS[evidence.status];
  const why = evidence.status === "verified" ? null : (texts.evidence_codes[evidence.code] ?? evidence.code);
  return (
    <section class={`proof ${evidence.status}`}>
      <Icon class="proof-icon" />
      <div>
        <p class="proof-family">{familyName(texts, evidence)}</p>
        <p class="proof-word">{texts.proof[evidence.status]}</p>
        {why !== null && evidence.status !== "claim" && <p class="proof-why">{why}</p>}
        {evidence.expires_at !== null && (
          <p class="proof-why">
            {texts.person.expires}: {dateText(evidence.expires_at)}
          </p>
        )}
      </div>
    </section>
  );
}

/** What does not fit in the code: a reason to look twice, never to refuse. */
export function Warnings({ evidence }: { evidence: Evidence }): JSX.Element {
  const { texts } = useUi();
  return (
    <>
      {evidence.warnings.map((warning) => (
        <Notice key={warning}>{texts.warnings[warning] ?? warning}</Notice>
      ))}
    </>
  );
}

const DOCUMENT_LINES = ["company", "plate", "route", "hours", "reason", "workers"] as const;

/** What a permit, pass or manifest says besides whose it is: to compare with the vehicle. */
export function DocumentCard({ subject }: { subject: Evidence["subject"] }): JSX.Element | null {
  const { texts } = useUi();
  const lines = DOCUMENT_LINES.flatMap((name) => {
    const value = subject?.[name];
    if (typeof value !== "string" && typeof value !== "number") return [];
    // A declaration made here names one of our purposes, a permit from elsewhere its own words.
    const purpose = name === "reason" ? (texts.purposes as Record<string, string>)[value] : undefined;
    return [{ name, value: purpose ?? String(value) }];
  });
  if (lines.length === 0) return null;
  return (
    <section class="identity document">
      <dl>
        {lines.map(({ name, value }) => (
          <div key={name}>
            <dt>{texts.document[name]}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function IdentityCard({ identity }: { identity: Evidence["identity"] }): JSX.Element {
  const { state, texts } = useUi();
  const [hidden, show] = useHiding();
  if (identity === null) {
    return (
      <section class="identity none">
        <p class="identity-name">{texts.person.no_identity}</p>
        <p>{texts.person.see_id}</p>
      </section>
    );
  }
  if (hidden) {
    return (
      <section class="identity hidden">
        <p>{texts.person.hidden}</p>
        {/* A volunteer reads once, to compare; after that only another scan shows it. */}
        {state.officer?.role !== "volunteer" && (
          <Button onPress={show}>
            <EyeIcon />
            <span>{texts.person.show}</span>
          </Button>
        )}
      </section>
    );
  }
  return (
    <section class="identity">
      <p class="identity-name">{identity.name === "" ? "–" : identity.name}</p>
      <dl>
        {identity.birth_date !== null && (
          <div>
            <dt>{texts.person.born}</dt>
            <dd>
              {dateText(identity.birth_date)}
              {identity.sex !== null && ` · ${texts.person.sex[identity.sex]}`}
            </dd>
          </div>
        )}
        {identity.id_number !== null && (
          <div>
            <dt>{texts.person.id_number}</dt>
            <dd class="number">{maskedNumber(identity.id_number)}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}
