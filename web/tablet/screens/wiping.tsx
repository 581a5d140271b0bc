/** A tablet that was ordered to wipe itself: nothing to do here but to leave it on. SPEC Q4. */

import type { JSX } from "preact";
import { Button, Notice } from "../parts/controls.tsx";
import { LockIcon } from "../parts/icons.tsx";
import { useUi } from "../parts/ui.ts";
import { UnsentExport } from "../parts/unsent_export.tsx";

export function WipingScreen(): JSX.Element {
  const { core, state, texts } = useUi();
  const words = texts.upkeep;
  return (
    <main class="screen centred">
      <LockIcon class="big-icon" />
      <h1 class="big-word">{words.wiping}</h1>
      <Notice>{state.unsent > 0 ? words.wiping_unsent(state.unsent) : words.wiping_last}</Notice>
      <Button disabled={state.sync.since_ms !== null} onPress={() => void core.syncNow().catch(() => undefined)}>
        {state.sync.since_ms !== null ? texts.status.sync_running : texts.status.sync_now}
      </Button>
      {state.unsent > 0 && <UnsentExport />}
    </main>
  );
}
