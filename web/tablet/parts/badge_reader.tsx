/** An officer's badge by camera, hand scanner, picture, or a demo's sample. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { CoreError } from "../core/types.ts";
import { CameraIcon, SampleIcon } from "./icons.tsx";
import { Button } from "./controls.tsx";
import { signal } from "./feedback.ts";
import { codeInPicture, PhotoButton, SampleSheet, useSamples } from "./photo.tsx";
import { Scanner } from "./scanner.tsx";
import { useUi } from "./ui.ts";
import { useWedge } from "./use_wedge.ts";

const REFUSED: ReadonlySet<string> = new Set(["badge.unreadable", "badge.invalid", "badge.officer", "badge.lead"]);

/** Whether a badge opens nothing whatever the PIN: another has to be read. */
export function refusesBadge(reason: unknown): boolean {
  return reason instanceof CoreError && REFUSED.has(reason.code);
}

interface BadgeReaderProps {
  title: string;
  take(badge_text: string): void;
  /** A CoreError, or words for the person. */
  failed(reason: unknown): void;
}

export function BadgeReader({ title, take, failed }: BadgeReaderProps): JSX.Element {
  const { state, texts, settings, devices, covered } = useUi();
  const [sampling, setSampling] = useState(false);
  const badges = useSamples().filter((sample) => sample.kind === "badge" && sample.checkpoint === state.checkpoint?.id);
  const read = (text: string): void => {
    signal("read", settings.sound);
    setSampling(false);
    take(text);
  };
  const picture = (blob: Promise<Blob>): void => {
    blob.then((one) => codeInPicture(devices, one)).then(read, failed);
  };
  useWedge((text) => !covered && read(text), () => failed(texts.home.wedge_broken));
  return (
    <>
      <h2 class="step">{title}</h2>
      {!covered && <Scanner aim={texts.shift.badge_hint} paused={sampling} onText={read} />}
      <div class="pair">
        <PhotoButton choose={(one) => picture(Promise.resolve(one))}>
          <CameraIcon />
          <span>{texts.shift.photo}</span>
        </PhotoButton>
        {badges.length > 0 && (
          <Button onPress={() => setSampling(true)}>
            <SampleIcon />
            <span>{texts.home.sample}</span>
          </Button>
        )}
      </div>
      {sampling && <SampleSheet samples={badges} choose={picture} close={() => setSampling(false)} />}
    </>
  );
}
