/** One crossing from code to saved: home → person → journey → verdict → home. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CrossingDraft, CrossingSummary, DraftPerson, Evidence, Outcome, Place, SavedCrossing, VehicleClass } from "../core/types.ts";
import { Notice, StepHead } from "../parts/controls.tsx";
import { gatherAll, type Gathered, withoutTheRest } from "../parts/gathering.ts";
import { GatheringPanel, notAddedText } from "../parts/gathering_view.tsx";
import { asksPerson, changed, emergencyDraft, followVerdict, greenLaneDraft, isRepeated, newDraft, nextRole, withoutPerson, withPerson } from "../parts/draft.ts";
import { signal, wakeSound } from "../parts/feedback.ts";
import { lazily } from "../parts/lazily.tsx";
import { laneVehicle } from "../parts/names.ts";
import { codesInPicture } from "../parts/photo.tsx";
import { samePlace } from "../parts/places.ts";
import { type JustSaved, LaneSaved } from "../parts/lane_saved.tsx";
import { UNDO_MS } from "../parts/saved_notice.tsx";
import { toAsk, withSigns } from "../parts/signs.ts";
import { errorText, useUi } from "../parts/ui.ts";
import { useReading } from "../parts/use_reading.ts";
import { useRecent } from "../parts/use_recent.ts";
import { HomeScreen } from "./home.tsx";
import { JourneyScreen } from "./journey.tsx";
import { PersonScreen } from "./person.tsx";
import { VerdictScreen } from "./verdict.tsx";

const NoCodeScreen = lazily(() => import("./no_code.tsx").then((found) => found.NoCodeScreen));
const RecentScreen = lazily(() => import("./recent.tsx").then((found) => found.RecentScreen));
const SignsScreen = lazily(() => import("./signs.tsx").then((found) => found.SignsScreen));
const CrossingSheet = lazily(() => import("./recent.tsx").then((found) => found.CrossingSheet));

interface GatheringStep {
  at: "gathering";
  gathered: Gathered;
  /** Why the last code was not added. */
  said: string | null;
}

type Step =
  | { at: "home" }
  /** More people for the crossing on hand. */
  | { at: "adding" }
  /** One code of several was read: on for the rest. */
  | GatheringStep
  /** `was`: who it was before somebody went back to it. */
  | { at: "person"; evidence: Evidence; was?: DraftPerson }
  /** `gathering`: where the way back leads. */
  | { at: "no_code"; gathering?: GatheringStep; was?: DraftPerson }
  | { at: "journey" }
  /** Temperature and symptoms of one of the people, counted from 0. */
  | { at: "signs"; person: number }
  | { at: "verdict" }
  | { at: "recent" };

/** How long the word stays that an undo is done. */
const UNDONE_MS = 4_000;

/** A crossing begun: kept while the tablet is locked, for the officer who reopens it. */
export interface Begun {
  step: Step;
  draft: CrossingDraft | null;
}

interface LaneProps {
  kept: { current: Begun | null };
}

export function LaneScreen({ kept }: LaneProps): JSX.Element {
  const { core, state, texts, settings, devices, places } = useUi();
  const [step, setStep] = useState<Step>(kept.current?.step ?? { at: "home" });
  const [draft, setDraft] = useState<CrossingDraft | null>(kept.current?.draft ?? null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [saved, setSaved] = useState<JustSaved | null>(null);
  const [undone, setUndone] = useState(false);
  const typing = useRef(false);
  const recent = useRecent(step.at === "recent" ? "all" : step.at === "home" ? "glance" : "none");
  const seen = recent.flatMap((crossing) => (crossing.plate === null ? [] : [crossing.plate.normal]));
  const [shown, setShown] = useState<CrossingSummary | null>(null);
  const vehicle = useRef<VehicleClass>(laneVehicle(state.lane));
  /** The draft on hand has had a verdict. */
  const decided = useRef(kept.current?.step.at === "verdict");
  /** The lot fell on a green-lane vehicle that is not saved yet. */
  const owed = useRef(false);
  const { direction } = settings;
  const lately = useRef<readonly Place[]>([]);
  /** Before the journey was asked: the way back leads there, and what was typed is still there. */
  const asked = useRef<Begun | null>(null);
  /** Set at once: a second tap may come before `busy` is on the screen, and would save another crossing. */
  const writing = useRef(false);
  const gathered = step.at === "gathering" ? step.gathered : null;

  kept.current = { step, draft };
  useEffect(() => {
    if (!undone) return undefined;
    const timer = window.setTimeout(() => setUndone(false), UNDONE_MS);
    return () => window.clearTimeout(timer);
  }, [undone]);

  const decision = step.at === "verdict" && draft !== null ? core.decide(draft) : null;
  const outcome = decision?.verdict.outcome ?? null;
  /** The outcome that was last shown and heard. */
  const judged = useRef<Outcome | null>(null);
  const fail = (reason: unknown): void => {
    signal("refused", settings.sound);
    setError(errorText(texts, reason));
  };
  const reading = useReading(
    () => typing.current,
    () => setError(null),
    (found, taken_ms) => {
      signal("read", settings.sound);
      setSaved(null);
      const next = gatherAll(gathered, found);
      if (next.is === "not_added") {
        if (gathered !== null) setStep({ at: "gathering", gathered, said: notAddedText(texts, next.why, next.evidence) });
        return;
      }
      const begun = draft ?? newDraft(direction, vehicle.current, taken_ms);
      if (isRepeated(begun, found[0]) && gathered === null) return setError(texts.lane.repeated);
      if (draft === null) setDraft(begun);
      if (next.is === "more") setStep({ at: "gathering", gathered: next.gathered, said: null });
      else if (asksPerson(next.evidence)) setStep({ at: "person", evidence: next.evidence });
      else takePerson({ role: nextRole(begun), evidence: next.evidence, card: null }, begun);
    },
    fail,
  );
  const readPicture = (picture: Promise<Blob>): void => {
    wakeSound();
    // A picture is chosen on purpose, so it counts even when it was the last code.
    reading.forget();
    picture.then((blob) => codesInPicture(devices, blob)).then(reading.takeAll, fail);
  };
  const show = (next: CrossingDraft): void => {
    const decision = core.decide(next);
    const person = toAsk(next, decision.signs);
    if (person !== -1) {
      setDraft(next);
      setStep({ at: "signs", person });
      return;
    }
    decided.current = true;
    judged.current = decision.verdict.outcome;
    setDraft(followVerdict(next, decision.verdict.outcome));
    setStep({ at: "verdict" });
    signal(decision.verdict.outcome, settings.sound);
  };
  useEffect(() => {
    // A level may begin while the verdict is on the screen: what is done follows, and it is heard.
    if (outcome === null || judged.current === outcome) return;
    if (judged.current !== null && draft !== null) {
      setDraft(followVerdict(draft, outcome));
      signal(outcome, settings.sound);
    }
    judged.current = outcome;
  }, [outcome]);
  const takePerson = (person: DraftPerson, before = draft ?? newDraft(direction, vehicle.current, Date.now())): void => {
    wakeSound();
    const next = withPerson(before, person);
    const first = before.people.length === 0;
    const settled = next.origin !== null || next.mode === "green_lane" || person.evidence?.status === "invalid" || places.length === 0;
    if (first && !settled) {
      asked.current = step.at === "person" || step.at === "no_code" ? { step: { ...step, was: person }, draft } : null;
      setDraft(next);
      setStep({ at: "journey" });
    } else show(next);
  };
  const change = (patch: Partial<CrossingDraft>): void => {
    if (draft === null) return;
    if (patch.vehicle_class !== undefined) vehicle.current = patch.vehicle_class;
    become(changed(draft, patch), patch.action !== undefined);
  };
  /** The draft as it now is, judged anew. An action the officer just chose stays; one that merely followed the verdict follows it on. */
  const become = (next: CrossingDraft, chosen = false): void => {
    if (draft === null) return;
    const before = core.decide(draft).verdict.outcome;
    const after = core.decide(next).verdict.outcome;
    setDraft(!chosen && before !== after ? followVerdict(next, after) : next);
    judged.current = after;
    if (before !== after) signal(after, settings.sound);
  };
  /** From the journey: to the verdict when it was there already, else to who was asked or typed before it. */
  const fromJourney = (): void => {
    if (decided.current) return setStep({ at: "verdict" });
    if (asked.current === null) return discard();
    reading.forget();
    setDraft(asked.current.draft);
    setStep(asked.current.step);
  };
  /** Back from a step: the code just read may be read again at once. */
  const back = (): void => {
    reading.forget();
    if (step.at === "no_code" && step.gathering !== undefined) setStep(step.gathering);
    else if ((draft?.people.length ?? 0) > 0) setStep({ at: "verdict" });
    else home();
  };
  const discard = (): void => {
    reading.forget();
    home();
  };
  const home = (): void => {
    decided.current = false;
    asked.current = null;
    setDraft(null);
    setError(null);
    setStep({ at: "home" });
  };
  const save = (written = draft): void => {
    if (written === null || writing.current) return;
    writing.current = true;
    setBusy(true);
    setError(null);
    core.save(written).then(
      (crossing) => {
        if (written.sampled === true) owed.current = false;
        writing.current = false;
        setBusy(false);
        signal("saved", settings.sound);
        setUndone(false);
        setSaved({ crossing, at_ms: Date.now(), lacks_plate: written.plate === null && written.vehicle_class !== "on_foot" && written.vehicle_class !== "bicycle" });
        reading.stillThere();
        home();
      },
      (reason: unknown) => {
        writing.current = false;
        setBusy(false);
        fail(reason);
      },
    );
  };

  /** One tap: what the rules let pass is saved with it, unless the lot falls on it. Everything else is looked at first. */
  const greenLane = (): void => {
    wakeSound();
    const next = greenLaneDraft(direction, Date.now());
    const { verdict, sampling_per_mille } = core.decide(next);
    if (verdict.outcome !== "pass") return show(next);
    // Leaving a drawn vehicle and tapping again is no way around the lot.
    owed.current = owed.current || core.isDrawn(sampling_per_mille);
    if (owed.current) return show({ ...next, sampled: true });
    save(followVerdict(next, "pass"));
  };

  const undo = (crossing: SavedCrossing): void => {
    if (writing.current) return;
    writing.current = true;
    setSaved(null);
    core.undo(crossing).then(() => setUndone(true), fail).then(() => {
      writing.current = false;
    });
  };

  switch (step.at) {
    case "person":
      return (
        <PersonScreen
          key={draft?.people.length ?? 0}
          number={(draft?.people.length ?? 0) + 1}
          evidence={step.evidence}
          role={step.was?.role ?? (draft === null ? "driver" : nextRole(draft))}
          was={step.was?.identity}
          done={takePerson}
          back={back}
        />
      );
    case "no_code":
      return (
        <NoCodeScreen
          role={step.was?.role ?? (draft === null ? "driver" : nextRole(draft))}
          was={step.was}
          done={takePerson}
          onText={reading.take}
          reading={reading.said}
          busy={reading.running}
          error={error}
          back={back}
        />
      );
    case "signs": {
      const person = draft?.people[step.person];
      if (draft === null || person === undefined) break;
      return (
        <SignsScreen
          key={step.person}
          number={step.person + 1}
          person={person}
          done={(signs) => show(withSigns(draft, step.person, signs))}
          back={() => setStep({ at: decided.current ? "verdict" : "journey" })}
        />
      );
    }
    case "journey":
      return (
        <JourneyScreen
          purpose={draft?.purpose ?? "work"}
          lately={lately.current}
          back={fromJourney}
          done={(origin, purpose) => {
            if (origin !== null) lately.current = [origin, ...lately.current.filter((one) => !samePlace(one, origin))];
            // Asked anew: after one place's rise may be before another's.
            if (draft !== null) show({ ...draft, origin, purpose, departed_ms: null });
          }}
        />
      );
    case "verdict": {
      if (draft === null || decision === null) break;
      return (
        <VerdictScreen
          draft={draft}
          decision={decision}
          seen={seen}
          busy={busy}
          error={error}
          change={change}
          removePerson={(at) => become(withoutPerson(draft, at))}
          onText={reading.take}
          onBroken={() => setError(texts.home.wedge_broken)}
          addPerson={() => setStep({ at: "adding" })}
          askSigns={(person) => setStep({ at: "signs", person })}
          changeJourney={() => setStep({ at: "journey" })}
          save={() => save()}
          discard={discard}
        />
      );
    }
    case "recent":
      return (
        <>
          <RecentScreen recent={recent} open={setShown} back={() => setStep({ at: "home" })} />
          {shown !== null && <CrossingSheet crossing={shown} close={() => setShown(null)} />}
        </>
      );
  }
  return (
    <>
      <HomeScreen
        recent={recent}
        error={error}
        reading={reading.said}
        busy={reading.running}
        saved={
          step.at === "gathering" ? (
            step.said !== null ? <Notice>{step.said}</Notice> : null
          ) : saved !== null ? (
            <LaneSaved
              key={saved.crossing.ref}
              saved={saved}
              seen={seen}
              undo={() => undo(saved.crossing)}
              over={() => setSaved(null)}
              typing={(on) => {
                typing.current = on;
                if (!on && Date.now() - saved.at_ms > UNDO_MS) setSaved(null);
              }}
            />
          ) : undone ? (
            <Notice>{texts.verdict.undone}</Notice>
          ) : null
        }
        adding={
          step.at === "gathering" ? (
            <GatheringPanel gathered={step.gathered} back={back} goOn={() => setStep({ at: "person", evidence: withoutTheRest(step.gathered) })} />
          ) : step.at === "adding" ? (
            <StepHead title={texts.person.title_nth((draft?.people.length ?? 0) + 1)} back={() => setStep({ at: "verdict" })} />
          ) : null
        }
        onText={reading.take}
        onPicture={readPicture}
        onBroken={() => setError(texts.home.wedge_broken)}
        greenLane={greenLane}
        emergency={() => {
          wakeSound();
          show(emergencyDraft(direction, Date.now()));
        }}
        noCode={() => {
          wakeSound();
          setStep(step.at === "gathering" ? { at: "no_code", gathering: step } : { at: "no_code" });
        }}
        seeAll={() => setStep({ at: "recent" })}
      />
    </>
  );
}
