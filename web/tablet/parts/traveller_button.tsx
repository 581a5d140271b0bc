/** «Xoay cho người dân xem»: one tap on a refusal, and the tablet can be turned round. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CrossingDraft, Decision } from "../core/types.ts";
import { Button } from "./controls.tsx";
import { TurnIcon } from "./icons.tsx";
import { lazily } from "./lazily.tsx";
import { useUi } from "./ui.ts";

const TravellerScreen = lazily(() => import("../screens/traveller.tsx").then((found) => found.TravellerScreen));

interface Shown {
  draft: CrossingDraft;
  decision: Decision;
}

/** `opened`: the traveller now has the code, so the crossing has to be kept. Nothing for who simply passes. */
export function TravellerButton({ draft, decision, opened }: Shown & { opened?(): void }): JSX.Element | null {
  const { texts } = useUi();
  const [open, setOpen] = useState(false);
  if (draft.action === "passed" && decision.verdict.outcome === "pass") return null;
  const show = (): void => {
    setOpen(true);
    opened?.();
  };
  return (
    <>
      <Button class="wide traveller-open" onPress={show}>
        <TurnIcon />
        <span>{texts.traveller.open}</span>
      </Button>
      {open && <TravellerScreen draft={draft} decision={decision} close={() => setOpen(false)} />}
    </>
  );
}
