/** Two minutes of practice: four things to do on the same screens, on a tablet of its own that is gone after. */

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { browserEnvironment } from "../core/environment.ts";
import type { Checkpoint, Core, CrossingSummary } from "../core/types.ts";
import { Button, Notice } from "../parts/controls.tsx";
import { CrossIcon, ScanIcon } from "../parts/icons.tsx";
import { type Devices, errorText, useUi } from "../parts/ui.ts";
import { useTicking } from "../parts/use_ticking.ts";
import { beginPractice, type Practice, type PracticeCodes, rulesAwaited } from "../practice/practice.ts";

const PRACTICE_MS = 120_000;
const TICK_MS = 500;
/** From here on more time is offered; at the end nobody goes on working in practice by mistake. */
const OFFER_S = 30;
const LOOK_ROWS = 20;

interface Task {
  id: "declared" | "green_lane" | "turn_back" | "undo";
  /** The code that it is done with. */
  code: keyof PracticeCodes | null;
  done(crossings: readonly CrossingSummary[]): boolean;
}

const TASKS: readonly Task[] = [
  { id: "declared", code: "declaration", done: (all) => all.some(({ name, action }) => name !== null && action !== "turned_back") },
  { id: "green_lane", code: null, done: (all) => all.some(({ mode }) => mode === "green_lane") },
  { id: "turn_back", code: "forged", done: (all) => all.some(({ action }) => action === "turned_back") },
  { id: "undo", code: null, done: (all) => all.some(({ voided }) => voided) },
];

interface PracticeProps {
  checkpoint: Checkpoint;
  /** The tablet's own screens, over a core and devices for practice. */
  screens(core: Core, devices: Devices): JSX.Element;
  close(): void;
}

export function PracticeScreen({ checkpoint, screens, close }: PracticeProps): JSX.Element {
  const { core, texts } = useUi();
  const [practice, setPractice] = useState<Practice | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let over = false;
    let begun: Practice | null = null;
    const place = { ...checkpoint, name: `${texts.practice.place} · ${checkpoint.name}` };
    const begin = async (): Promise<void> => {
      await rulesAwaited(core);
      if (over) return;
      begun = await beginPractice(browserEnvironment(), place, texts.practice.trainee);
      if (over) void begun.end();
      else setPractice(begun);
    };
    begin().catch((reason: unknown) => setError(errorText(texts, reason)));
    return () => {
      over = true;
      void begun?.end();
    };
  }, []);
  if (practice !== null) return <Practising practice={practice} screens={screens} close={close} />;
  return (
    <main class="screen centred">
      {error === null ? <p class="big-word">{texts.practice.preparing}</p> : <Notice kind="bad">{error}</Notice>}
      <Button onPress={close}>{texts.practice.leave}</Button>
    </main>
  );
}

type PractisingProps = Omit<PracticeProps, "checkpoint"> & { practice: Practice };

function Practising({ practice, screens, close }: PractisingProps): JSX.Element {
  const { texts } = useUi();
  const { core, codes } = practice;
  const words = texts.practice;
  const [until_ms, setUntil] = useState(() => performance.now() + PRACTICE_MS);
  const now_ms = useTicking(() => performance.now(), TICK_MS);
  const left_s = Math.max(0, Math.ceil((until_ms - now_ms) / 1000));
  const done = useDone(practice);
  // What takes a code while a camera is on the screen.
  const [take, setTake] = useState<((text: string) => void) | null>(null);
  const devices = useMemo(() => camera((found) => setTake(() => found)), []);
  useEffect(() => {
    if (left_s === 0) close();
  }, [left_s]);
  // A shift that is closed or locked is nothing to practise on.
  useEffect(() => core.subscribe(() => core.state().phase !== "open" && close()), [core]);

  const task = TASKS.find(({ id }) => !done.has(id)) ?? null;
  const code = task?.code ?? null;
  return (
    <div class="practice">
      <section class="practice-bar" aria-label={words.title}>
        <p class="practice-head">
          <strong>{words.title}</strong>
          <span class="practice-left">{words.left(`${Math.floor(left_s / 60)}:${String(left_s % 60).padStart(2, "0")}`)}</span>
        </p>
        <Button class="square" label={words.leave} onPress={close}>
          <CrossIcon />
        </Button>
        <p class="practice-task" role="status">
          {task === null ? words.all_done : `${TASKS.indexOf(task) + 1}/${TASKS.length} ${words.tasks[task.id]}`}
        </p>
        {code !== null && take !== null && (
          <Button kind="primary" class="wide" onPress={() => take(codes[code])}>
            <ScanIcon />
            <span>{words.hold_code}</span>
          </Button>
        )}
        {left_s <= OFFER_S && (
          <Button class="wide" onPress={() => setUntil(performance.now() + PRACTICE_MS)}>
            {words.more_time}
          </Button>
        )}
      </section>
      {screens(core, devices)}
    </div>
  );
}

/** The tasks that what was written so far shows done. */
function useDone({ core }: Practice): ReadonlySet<Task["id"]> {
  const [done, setDone] = useState<ReadonlySet<Task["id"]>>(new Set());
  useEffect(() => {
    const look = (): void => {
      core.recent(LOOK_ROWS).then(
        (all) => setDone((before) => new Set(TASKS.filter((task) => before.has(task.id) || task.done(all)).map(({ id }) => id))),
        () => undefined, // closing: nothing is shown any more
      );
    };
    return core.subscribe(look);
  }, [core]);
  return done;
}

/** No picture of anybody: a camera that sees a code when the button is pressed. `aim` hears who takes it. */
function camera(aim: (take: ((text: string) => void) | null) => void): Devices {
  const lens = { lens: null, torch: null, zoom: null, code: null };
  return {
    camera: (_video, onText, onState) => ({
      start: () => {
        aim(onText);
        onState({ ...lens, status: "running" });
        return Promise.resolve();
      },
      stop: () => aim(null),
      lenses: () => Promise.resolve([]),
      setTorch: () => Promise.resolve(),
      setZoom: () => Promise.resolve(),
    }),
    decodeImage: () => Promise.resolve([]),
  };
}
