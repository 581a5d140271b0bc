/** The sheet on which a plate is entered. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Plate } from "../core/types.ts";
import { Button, Sheet } from "./controls.tsx";
import { PlatePad } from "./plate_pad.tsx";
import { plateFrom } from "./plate_text.ts";
import { useUi } from "./ui.ts";

interface PlateSheetProps {
  plate: Plate | null;
  /** Normal forms of plates seen lately: their beginnings become shortcuts. */
  seen: readonly string[];
  done(plate: Plate | null): void;
  close(): void;
  /** Which plate, where it is not the vehicle's own. */
  title?: string;
}

export function PlateSheet({ plate, seen, done, close, title }: PlateSheetProps): JSX.Element {
  const { texts } = useUi();
  const [typed, setTyped] = useState(plate?.normal ?? "");
  const shown = plateFrom(typed);
  return (
    <Sheet
      title={title ?? texts.plates.title}
      entered={typed !== (plate?.normal ?? "")}
      close={close}
      foot={
        <div class="pair">
          <Button onPress={() => done(null)}>{texts.plates.clear}</Button>
          <Button kind="primary" disabled={shown === null} onPress={() => done(shown)}>
            {texts.app.done}
          </Button>
        </div>
      }
    >
      <PlatePad typed={typed} change={setTyped} seen={seen} enter={() => shown !== null && done(shown)} />
    </Sheet>
  );
}
