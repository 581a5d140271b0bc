/** Which screen is up, and what lies around it: words, colours, clock, status line. */

import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { CameraState } from "../core/camera.ts";
import type { Core } from "../core/types.ts";
import { useBattery } from "../parts/battery.ts";
import { Notice } from "../parts/controls.tsx";
import { wakeSound } from "../parts/feedback.ts";
import { dropGhostTaps } from "../parts/ghost_tap.ts";
import { lazily } from "../parts/lazily.tsx";
import { readSettings, type Settings, writeSettings } from "../parts/settings.ts";
import { StatusBar } from "../parts/status_bar.tsx";
import { useTexts } from "../parts/texts.ts";
import { laneDirection } from "../parts/names.ts";
import { shownTheme } from "../parts/theme.ts";
import { type Devices, errorText, type Ui, UiContext } from "../parts/ui.ts";
import { useTicking } from "../parts/use_ticking.ts";
import { useWedge } from "../parts/use_wedge.ts";
import { updateStand } from "../parts/updates.ts";
import { keepAwake } from "../parts/wake_lock.ts";
import { catchWayBack, goBack } from "../parts/way_back.ts";
import { EnrolScreen } from "./enrol.tsx";
import { type Begun, LaneScreen } from "./lane.tsx";
import { ShiftScreen } from "./shift.tsx";

const MoreScreen = lazily(() => import("./more.tsx").then((found) => found.MoreScreen));
const PracticeScreen = lazily(() => import("./practice.tsx").then((found) => found.PracticeScreen));
const StatusSheet = lazily(() => import("./status.tsx").then((found) => found.StatusSheet));
const WipingScreen = lazily(() => import("./wiping.tsx").then((found) => found.WipingScreen));
const WaveScreen = lazily(() => import("./wave.tsx").then((found) => found.WaveScreen));

const TICK_MS = 5_000;

interface AppProps {
  core: Core;
  devices: Devices;
  update(): void;
  /** This is the tablet that is practised on. */
  practice?: boolean;
}

export function App({ core, devices, update, practice = false }: AppProps): JSX.Element {
  const [state, setState] = useState(() => core.state());
  const [settings, setSettings] = useState(() => readSettings(localStorage));
  const now_ms = useTicking(() => Date.now(), TICK_MS);
  const [status, setStatus] = useState(false);
  const [more, setMore] = useState<string | null>(null);
  const [practising, setPractising] = useState(false);
  const battery = useBattery();
  const [camera, setCamera] = useState<string | null>(null);
  const watched = useMemo(() => watching(devices, setCamera), [devices]);
  const kept = useRef<Begun | null>(null);
  const whose = useRef<string | null>(null);
  // Another shift, or another officer, must not find what the last one left.
  if ((state.phase !== "open" && state.phase !== "locked") || state.officer?.id !== whose.current) kept.current = null;
  whose.current = state.officer?.id ?? null;
  // Asked where it matters, not told: a crossing that begins must not draw everything anew.
  const idle = kept.current === null || kept.current.draft === null;
  useEffect(() => (state.phase === "open" ? undefined : setMore(null)), [state.phase]);
  // Whoever comes in begins at the lane.
  useEffect(() => setMore(null), [state.officer?.id]);
  const texts = useTexts(settings.language);
  // A wave-through that was begun there has the screen to itself.
  useEffect(() => (state.wave === null ? undefined : setMore(null)), [state.wave === null]);
  const way = laneDirection(state.lane);
  const theme = shownTheme(settings.theme, now_ms);

  useEffect(() => dropGhostTaps(document), []);
  // Where no screen asks for a code, the Enter after one must not press the button that has the focus.
  useWedge(() => undefined, () => undefined);
  useEffect(() => core.subscribe(() => setState(core.state())), [core]);
  useEffect(() => {
    document.documentElement.lang = settings.language;
    document.documentElement.dataset.theme = theme;
  }, [settings.language, theme]);
  useEffect(() => (state.phase === "open" ? keepAwake() : undefined), [state.phase]);
  // Not before: the code of a link must not stay in the browser's history.
  const enrolled = state.phase !== "starting" && state.phase !== "not_enrolled";
  useEffect(() => (enrolled && !practice ? catchWayBack(window, goBack) : undefined), [enrolled, practice]);

  useEffect(() => {
    // Two windows of one tablet speak one language.
    const elsewhere = (): void => setSettings(readSettings(localStorage));
    window.addEventListener("storage", elsewhere);
    return () => window.removeEventListener("storage", elsewhere);
  }, []);

  const change = (patch: Partial<Settings>): void => {
    const next = { ...settings, ...patch };
    setSettings(next);
    writeSettings(localStorage, next);
  };
  const ui: Ui = {
    core,
    state,
    texts,
    // Nobody goes the other way there, so nobody is asked.
    settings: way === null ? settings : { ...settings, direction: way },
    change,
    now_ms,
    devices: watched,
    health: { battery, camera },
    places: core.places(),
    announced: core.announced(),
    covered: false,
    at_hand: kept.current?.draft?.plate?.normal ?? null,
    more: (id = "") => setMore(id),
    update: !practice && updateStand(state, idle && more === null) === "ready" ? update : null,
    practise: practice || state.checkpoint === null ? null : () => setPractising(true),
  };
  if (practising && state.checkpoint !== null) {
    return (
      <UiContext.Provider value={ui}>
        <PracticeScreen
          checkpoint={state.checkpoint}
          screens={(itsCore, itsDevices) => <App core={itsCore} devices={itsDevices} update={() => undefined} practice />}
          close={() => setPractising(false)}
        />
      </UiContext.Provider>
    );
  }
  return (
    <UiContext.Provider value={ui}>
      <div class="app" onPointerDown={wakeSound}>
        {!practice && state.phase !== "starting" && state.phase !== "not_enrolled" && <StatusBar open={() => setStatus(true)} />}
        <UiContext.Provider value={{ ...ui, covered: status }}>
          {more !== null && state.phase === "open" ? <MoreScreen at={more} close={() => setMore(null)} /> : <Current ui={ui} kept={kept} />}
        </UiContext.Provider>
        {status && <StatusSheet close={() => setStatus(false)} idle={idle && more === null} update={update} />}
      </div>
    </UiContext.Provider>
  );
}

/** The same devices; `failed` hears why the camera does not run, and null once it does. */
function watching(devices: Devices, failed: (code: string | null) => void): Devices {
  return {
    ...devices,
    camera: (video, onText, onState, isHeld) => {
      const told = (state: CameraState): void => {
        if (state.status === "failed" || state.status === "running") failed(state.code);
        onState(state);
      };
      return devices.camera(video, onText, told, isHeld);
    },
  };
}

function Current({ ui, kept }: { ui: Ui; kept: { current: Begun | null } }): JSX.Element {
  if (ui.state.wiping) return <WipingScreen />;
  switch (ui.state.phase) {
    case "starting":
      return (
        <main class="screen centred">
          <p class="big-word">{ui.texts.app.starting}</p>
          {ui.state.alerts.map((code) => (
            <Notice key={code} kind="bad">
              {errorText(ui.texts, code)}
            </Notice>
          ))}
        </main>
      );
    case "not_enrolled":
      return <EnrolScreen />;
    case "closed":
    case "locked":
      return <ShiftScreen />;
    case "open":
      return ui.state.wave === null ? <LaneScreen key={ui.state.officer?.id} kept={kept} /> : <WaveScreen key={ui.state.wave.record} wave={ui.state.wave} />;
  }
}
