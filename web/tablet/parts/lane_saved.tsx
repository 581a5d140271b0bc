/** The lane's word that a crossing is on disk: ten seconds to take it back, and to add the plate that nobody had time for. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Plate, SavedCrossing } from "../core/types.ts";
import { Button, Notice } from "./controls.tsx";
import { signal } from "./feedback.ts";
import { PlateIcon } from "./icons.tsx";
import { lazily } from "./lazily.tsx";
import { SavedNotice } from "./saved_notice.tsx";
import { errorText, useUi } from "./ui.ts";

const PlateSheet = lazily(() => import("./plate_field.tsx").then((found) => found.PlateSheet));

export interface JustSaved {
  crossing: SavedCrossing;
  at_ms: number;
  /** A vehicle whose plate is not known yet. */
  lacks_plate: boolean;
}

interface LaneSavedProps {
  saved: JustSaved;
  seen: readonly string[];
  undo(): void;
  over(): void;
  /** While a plate is typed the lane must not read codes. */
  typing(on: boolean): void;
}

export function LaneSaved({ saved: { crossing, at_ms, lacks_plate }, seen, undo, over, typing }: LaneSavedProps): JSX.Element {
  const { core, state, texts, settings } = useUi();
  const [open, setOpen] = useState(false);
  const [added, setAdded] = useState(!lacks_plate);
  const [error, setError] = useState<string | null>(null);
  const show = (on: boolean): void => {
    setOpen(on);
    typing(on);
  };
  const add = (plate: Plate | null): void => {
    show(false);
    if (plate === null) return;
    const { read, normal, candidates } = plate;
    core.noting.write({ kind: "crossing", record: crossing.record, fields: { plate: { read, normal, candidates } }, over: { plate: [crossing.ref] } }).then(
      () => {
        setAdded(true);
        signal("saved", settings.sound);
      },
      (reason: unknown) => setError(errorText(texts, reason)),
    );
  };
  return (
    <>
      <SavedNotice
        saved_ms={at_ms}
        undo={undo}
        over={() => !open && over()}
        beside={
          added ? null : (
            <Button label={texts.lane.add_plate} onPress={() => show(true)}>
              <PlateIcon />
              <span>{texts.verdict.plate}</span>
            </Button>
          )
        }
      >
        <span>({texts.verdict.unsent(state.unsent)})</span>
      </SavedNotice>
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {open && <PlateSheet plate={null} seen={seen} close={() => show(false)} done={add} />}
    </>
  );
}
