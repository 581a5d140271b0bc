/**
 * What somebody who helps from afar needs of this tablet, and nothing about a traveller or an officer.
 *
 * Every value is named here: what is added to the state tomorrow is not in it by itself.
 */

import type { AppState } from "../core/types.ts";
import type { DeviceHealth } from "./health.ts";
import type { Settings } from "./settings.ts";

/** What the page knows of its browser. */
export interface Browser {
  user_agent: string;
  languages: readonly string[];
  screen: string;
  online: boolean;
  /** Whether it was started as an installed application. */
  installed: boolean;
  service_worker: boolean;
  /** The program's own script, whose name changes with each version. */
  program: string;
}

export function supportBundle(state: AppState, settings: Settings, health: DeviceHealth, browser: Browser, now_ms: number): object {
  const { checkpoint, sync, storage, pin } = state;
  return {
    format: "chot-support/1",
    written_ms: now_ms,
    device: state.device,
    checkpoint: checkpoint === null ? null : { id: checkpoint.id, class: checkpoint.class, lane: state.lane },
    phase: state.phase,
    role: state.officer?.role ?? null,
    wiping: state.wiping,
    outbox: { unsent: state.unsent, oldest_unsent_ms: state.oldest_unsent_ms, held: state.held, rejected: state.rejected, drained: { ...state.drained } },
    sync: { status: sync.status, code: sync.code, next_ms: sync.next_ms, since_ms: sync.since_ms, last_contact_ms: state.last_contact_ms },
    clock_skew_ms: state.clock_skew_ms,
    packs: Object.fromEntries(Object.entries(state.packs).map(([name, { version, issued_ms, age_state }]) => [name, { version, issued_ms, age_state }])),
    alerts: [...state.alerts],
    conflicts: state.conflicts,
    told: state.told,
    shifts: state.shifts.length,
    waving: state.wave !== null,
    pin: { failures: pin.failures, lead_needed: pin.lead_needed },
    storage: { persisted: storage.persisted, usage: storage.usage, quota: storage.quota },
    update_ready: state.update_ready,
    battery: health.battery,
    camera: health.camera,
    settings: { language: settings.language, theme: settings.theme, sound: settings.sound, hide_s: settings.hide_s, lens_chosen: settings.lens !== null },
    browser: { ...browser },
  };
}

export function thisBrowser(): Browser {
  const script = document.querySelector<HTMLScriptElement>("script[type=module][src]")?.src ?? "";
  return {
    user_agent: navigator.userAgent,
    languages: [...navigator.languages],
    screen: `${screen.width}x${screen.height}@${window.devicePixelRatio}`,
    online: navigator.onLine,
    installed: matchMedia("(display-mode: standalone), (display-mode: fullscreen)").matches,
    service_worker: navigator.serviceWorker?.controller !== null && navigator.serviceWorker !== undefined,
    program: script.slice(script.lastIndexOf("/") + 1),
  };
}
