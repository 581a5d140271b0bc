/** Where from and why: one tap on a likely place goes straight to the verdict. */

import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { NamedPlace, Place, Purpose } from "../core/types.ts";
import { Button, Chips, StepHead } from "../parts/controls.tsx";
import { PlaceIcon, QuestionIcon, SearchIcon } from "../parts/icons.tsx";
import { likelyPlaces, searchPlaces } from "../parts/places.ts";
import { useUi } from "../parts/ui.ts";
import { searchUnits } from "../parts/units.ts";
import { useUnits } from "../parts/units_files.ts";

export const PURPOSES: readonly Purpose[] = [
  "work",
  "goods",
  "return_home",
  "essential",
  "medical",
  "emergency",
  "official",
  "other",
];
const SHOWN = 8;

interface JourneyProps {
  purpose: Purpose;
  /** What is asked, where it is not where from. */
  title?: string;
  /** Origins chosen in this shift, newest first. */
  lately: readonly Place[];
  done(origin: Place | null, purpose: Purpose): void;
  back(): void;
}

export function JourneyScreen({ purpose: first_purpose, title, lately, done, back }: JourneyProps): JSX.Element {
  const { texts } = useUi();
  const [purpose, setPurpose] = useState(first_purpose);
  return (
    <main class="screen journey">
      <StepHead title={title ?? texts.journey.title} back={back} />
      <div class="scroll">
        <Chips label={texts.journey.purpose} columns={4} options={PURPOSES} chosen={purpose} name={(one) => texts.purposes[one]} choose={setPurpose} />
        <PlaceSearch lately={lately} choose={(place) => done(place, purpose)} />
      </div>
      <footer class="foot">
        <Button class="wide tall" onPress={() => done(null, purpose)}>
          <QuestionIcon />
          <span>{texts.journey.unknown}</span>
        </Button>
      </footer>
    </main>
  );
}

/** A place: those likely here, or found by the beginnings of its words. */
export function PlaceSearch({ lately, choose }: { lately: readonly Place[]; choose(place: Place): void }): JSX.Element {
  const { texts, places, state } = useUi();
  const units = useUnits(places);
  const [typed, setTyped] = useState("");
  const province = state.checkpoint?.province ?? "";
  const found = useMemo(() => {
    const known = units.list.length === 0 ? [] : searchUnits(units, places, typed, province, SHOWN);
    return known.length > 0 ? known : searchPlaces(places, typed, SHOWN);
  }, [places, units, typed, province]);
  const shown = typed.trim() === "" ? likelyPlaces(places, lately, SHOWN) : found;
  return (
    <>
      <div class="search-line">
        <SearchIcon />
        <input
          class="field"
          type="search"
          value={typed}
          maxLength={60}
          placeholder={texts.journey.search}
          aria-label={texts.journey.search}
          autocomplete="off"
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      <p class="label">{typed.trim() === "" ? texts.journey.likely : texts.journey.search_hint}</p>
      {shown.length === 0 && <p class="empty">{texts.journey.no_match}</p>}
      <ul class="places">
        {shown.map((one) => (
          <PlaceRow key={one.place.dataset + one.place.code} one={one} choose={() => choose(one.place)} />
        ))}
      </ul>
    </>
  );
}

function PlaceRow({ one, choose }: { one: NamedPlace; choose(): void }): JSX.Element {
  const { texts } = useUi();
  const [first, ...rest] = one.name.split(", ");
  return (
    <li>
      <button type="button" class="place" onClick={choose}>
        <PlaceIcon />
        <span class="place-name">
          <strong>{first}</strong>
          {rest.length > 0 && <span>{rest.join(", ")}</span>}
        </span>
        {one.level !== null && <span class={`level level-${one.level}`}>{texts.journey.level(one.level)}</span>}
      </button>
    </li>
  );
}
