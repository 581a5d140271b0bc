/** The lane: the camera is the screen, and everything else is one tap. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CrossingSummary } from "../core/types.ts";
import { AnnouncedBar } from "../parts/announced_bar.tsx";
import { Button, Notice } from "../parts/controls.tsx";
import { DutyBar, useDutyNotice } from "../parts/duty_bar.tsx";
import { CrossingFacts } from "../parts/crossing_facts.tsx";
import { CameraIcon, GreenLaneIcon, InIcon, MoreIcon, NoCodeIcon, OutIcon, SampleIcon, VEHICLE_ICONS } from "../parts/icons.tsx";
import { PhotoButton, SampleSheet, useSamples } from "../parts/photo.tsx";
import { Scanner } from "../parts/scanner.tsx";
import { laneDirection } from "../parts/names.ts";
import { useUi } from "../parts/ui.ts";
import { useUnits } from "../parts/units_files.ts";
import { useWedge } from "../parts/use_wedge.ts";

interface HomeProps {
  recent: readonly CrossingSummary[];
  /** What went wrong with the last code or picture. */
  error: string | null;
  /** "Đã lưu ✓", just after saving. */
  saved: JSX.Element | null;
  reading: boolean;
  /** Whether a code is being read, also before a word says so. */
  busy(): boolean;
  /** Set while more people of one crossing are scanned. */
  adding: JSX.Element | null;
  onText(text: string): void;
  onPicture(picture: Promise<Blob>): void;
  onBroken(): void;
  greenLane(): void;
  emergency(): void;
  noCode(): void;
  seeAll(): void;
}

const STRIP = 3;
const Ambulance = VEHICLE_ICONS.ambulance;

export function HomeScreen(props: HomeProps): JSX.Element {
  const { state, texts, settings, change, covered, places, announced, more } = useUi();
  // So that the search is ready when the journey asks.
  useUnits(places);
  const duty = useDutyNotice();
  const [sampling, setSampling] = useState(false);
  const samples = useSamples().filter((sample) => sample.kind !== "badge");
  const typing = useWedge((text) => !covered && props.onText(text), props.onBroken);
  const { direction } = settings;
  return (
    <main class={`screen home ${announced.length > 0 ? "announcing" : ""} ${duty === null ? "" : "telling"}`}>
      <div class="home-scan">
        {!covered && <Scanner aim={props.reading ? texts.home.reading : texts.home.aim} paused={sampling || props.reading || typing} busy={props.busy} onText={props.onText} />}
        {typing && <p class="over-scan">{texts.home.wedge_reading}</p>}
        {props.saved}
        {props.error !== null && <Notice kind="bad">{props.error}</Notice>}
      </div>
      {/* One cell of the grid in every format. */}
      <div class="home-way">
        {props.adding === null && duty !== null && <DutyBar notice={duty} />}
        {props.adding === null && <AnnouncedBar />}
        {props.adding !== null ? (
          props.adding
        ) : laneDirection(state.lane) !== null ? (
          <p class={`one-way ${direction}`}>
            {direction === "in" ? <InIcon /> : <OutIcon />}
            <strong>{texts.directions[direction]}</strong>
            <span>{texts.lane.one_way}</span>
          </p>
        ) : (
          <div class="direction" role="radiogroup" aria-label={texts.home.direction}>
            {(["in", "out"] as const).map((one) => (
              <button
                type="button"
                key={one}
                role="radio"
                aria-checked={one === direction}
                class={one === direction ? "chosen" : ""}
                onClick={() => change({ direction: one })}
              >
                {one === "in" ? <InIcon /> : <OutIcon />}
                <span>{texts.directions[one]}</span>
              </button>
            ))}
          </div>
        )}
      </div>
      {props.adding === null && (
        <section class="strip" aria-label={texts.home.last}>
          {props.recent.length === 0 ? (
            <p class="empty">{state.officer?.role === "volunteer" ? texts.team.no_history : texts.home.nothing_yet}</p>
          ) : (
            // One large target: a single row would be missed with gloves on.
            <button type="button" class="strip-button" onClick={props.seeAll}>
              {props.recent.slice(0, STRIP).map((crossing) => (
                <CrossingFacts key={crossing.record} crossing={crossing} />
              ))}
              <span class="strip-all">{texts.home.see_all}</span>
            </button>
          )}
        </section>
      )}
      <nav class={`home-actions ${samples.length > 0 ? "four" : "three"}`}>
        {props.adding === null && (
          <>
            <Button class="stacked green-lane" onPress={props.greenLane}>
              <GreenLaneIcon />
              <span>{texts.home.green_lane}</span>
            </Button>
          </>
        )}
        <Button class="stacked" onPress={props.noCode}>
          <NoCodeIcon />
          <span>{texts.home.no_code}</span>
        </Button>
        {props.adding === null && (
          <Button class="stacked emergency" onPress={props.emergency}>
            <Ambulance />
            <span>{texts.home.emergency}</span>
          </Button>
        )}
        <PhotoButton class="stacked" choose={(picture) => props.onPicture(Promise.resolve(picture))}>
          <CameraIcon />
          <span>{texts.home.photo}</span>
        </PhotoButton>
        {props.adding === null && (
          <Button class="stacked" onPress={() => more()}>
            <MoreIcon />
            <span>{texts.others.title}</span>
          </Button>
        )}
        {samples.length > 0 && (
          <Button class="stacked" onPress={() => setSampling(true)}>
            <SampleIcon />
            <span>{texts.home.sample}</span>
          </Button>
        )}
      </nav>
      {sampling && (
        <SampleSheet
          samples={samples}
          close={() => setSampling(false)}
          choose={(picture) => {
            setSampling(false);
            props.onPicture(picture);
          }}
        />
      )}
    </main>
  );
}
