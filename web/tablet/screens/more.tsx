/** «Việc khác»: what an officer does besides crossings. Each screen is loaded when it is first asked for, also offline. */

import type { ComponentType, JSX } from "preact";
import { useState } from "preact/hooks";
import { Button, Notice, StepHead } from "../parts/controls.tsx";
import type { OfficerRole } from "../core/types.ts";
import { useUi } from "../parts/ui.ts";

/** A screen of its own, opened from a tile. */
export interface OtherProps {
  close(): void;
}

interface Other {
  /** Names its tile in `texts.others.tiles`. */
  id: string;
  icon: ComponentType;
  /** Who sees it; everybody without it. */
  roles?: readonly OfficerRole[];
  load(): Promise<{ default: ComponentType<OtherProps> }>;
}

/** In the order of the tiles. */
const OTHERS: readonly Other[] = [];

export function MoreScreen({ close }: OtherProps): JSX.Element {
  const { state, texts } = useUi();
  const [Opened, setOpened] = useState<ComponentType<OtherProps> | null>(null);
  const [loading, setLoading] = useState(false);
  const [failed, setFailed] = useState(false);
  const words = texts.others;
  const role = state.officer?.role;
  const shown = OTHERS.filter(({ roles }) => roles === undefined || (role !== undefined && roles.includes(role)));
  const open = (other: Other): void => {
    setLoading(true);
    setFailed(false);
    other
      .load()
      .then(
        (module) => setOpened(() => module.default),
        () => setFailed(true),
      )
      .finally(() => setLoading(false));
  };
  if (Opened !== null) return <Opened close={() => setOpened(null)} />;
  return (
    <main class="screen more">
      <StepHead title={words.title} back={close} />
      {failed && <Notice kind="bad">{words.failed}</Notice>}
      {shown.length === 0 && <p class="empty">{words.empty}</p>}
      <nav class="more-tiles" aria-label={words.title} aria-busy={loading}>
        {shown.map((other) => (
          <Button key={other.id} class="stacked tall" disabled={loading} onPress={() => open(other)}>
            <other.icon />
            <span>{words.tiles[other.id] ?? other.id}</span>
          </Button>
        ))}
      </nav>
    </main>
  );
}
