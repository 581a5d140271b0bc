/** How far a manifest on several codes has been scanned, and which codes are still to come. */

import type { JSX } from "preact";
import type { Evidence } from "../core/types.ts";
import type { Texts } from "../texts/vi.ts";
import { Button, StepHead } from "./controls.tsx";
import { familyName } from "./evidence_view.tsx";
import { type Gathered, type NotAdded, scannedCount } from "./gathering.ts";
import { useUi } from "./ui.ts";

/** Why a code did not join the others, in words. */
export function notAddedText(texts: Texts, why: NotAdded, { code }: Evidence): string {
  const word = texts.gathering.not_added[why];
  return why === "refused" ? `${word} ${texts.evidence_codes[code] ?? code}` : word;
}

interface GatheringProps {
  gathered: Gathered;
  /** Leaves these codes; the next one begins another document. */
  back(): void;
  goOn(): void;
}

export function GatheringPanel({ gathered, back, goOn }: GatheringProps): JSX.Element {
  const { texts } = useUi();
  const { joined, of } = gathered;
  const company = joined.evidence.subject?.["company"];
  return (
    <section class="gathering" role="status">
      <StepHead title={familyName(texts, joined.evidence)} back={back} />
      {typeof company === "string" && <p>{company}</p>}
      <p class="gathering-count">{texts.gathering.scanned(scannedCount(gathered), of)}</p>
      <ol class="gathering-parts" aria-hidden="true">
        {Array.from({ length: of }, (_, at) => (
          <li key={at} class={joined.missing.includes(at + 1) ? "missing" : "scanned"}>
            {at + 1}
            {joined.missing.includes(at + 1) ? "" : " ✓"}
          </li>
        ))}
      </ol>
      <p>{texts.gathering.missing(joined.missing)}</p>
      <Button class="wide" onPress={goOn}>
        {texts.gathering.go_on}
      </Button>
    </section>
  );
}
