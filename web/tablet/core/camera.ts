/** The tablet's camera, handing over each QR code it sees. */

import { decodeFrame, decodePixels, isRefused } from "./decode.ts";
import type { View } from "./decode_messages.ts";
import { framePixels } from "./frame_pixels.ts";

export interface CameraState {
  status: "off" | "starting" | "running" | "failed";
  /** "camera.denied" | "camera.missing" | "camera.busy" | "camera.failed" | "camera.insecure" | "camera.old_browser". */
  code: string | null;
  lens: string | null;
  /** null: this lens has no torch. */
  torch: boolean | null;
  /** null: this lens has no zoom. */
  zoom: Zoom | null;
}

/** How many times larger: now, and at most. */
export interface Zoom {
  times: number;
  most: number;
}

export interface Lens {
  id: string;
  label: string;
}

/** `start` may be called again at any time: after a failure, or when the page is back in front. */
export interface CameraHandle {
  start(lens?: string): Promise<void>;
  stop(): void;
  lenses(): Promise<Lens[]>;
  setTorch(on: boolean): Promise<void>;
  /** As far as the lens goes: what is beyond `most` is `most`. */
  setZoom(times: number): Promise<void>;
}

const FRAME_MS = 125;
/** Between two frames also where a frame takes longer: old engines fetch its pixels in this thread. */
const LEAST_REST_MS = 20;
/** The same code in view is handed over again after this long, so that a second look works. */
const REPEAT_MS = 1500;
const CODES: Readonly<Record<string, string>> = {
  NotAllowedError: "camera.denied",
  SecurityError: "camera.denied",
  NotFoundError: "camera.missing",
  OverconstrainedError: "camera.missing",
  NotReadableError: "camera.busy",
  AbortError: "camera.busy",
};

/** Frames as they are, drawn in the worker: else drawing each takes this thread as long as a verdict. */
const GIVES_FRAMES = typeof VideoFrame !== "undefined" && typeof OffscreenCanvas !== "undefined";

/** What is in no engine's types, and in few engines. */
type LensConstraint = MediaTrackConstraintSet & { torch?: boolean; zoom?: number };
interface LensCapabilities {
  torch?: boolean;
  zoom?: { min: number; max: number };
}

export class Camera implements CameraHandle {
  readonly #video: HTMLVideoElement;
  readonly #onText: (text: string) => void;
  readonly #onState: (state: CameraState) => void;
  readonly #canvas = document.createElement("canvas");
  #stream: MediaStream | null = null;
  /** Rises with each start and stop: what an older one still awaits is thrown away. */
  #turn = 0;
  #timer = 0;
  #frame = 0;
  #last = { text: "", at_ms: 0 };
  #lit = false;
  readonly #isHeld: () => boolean;

  /** `isHeld`, asked before each frame: while something else is answered the device is needed for the answer. */
  constructor(video: HTMLVideoElement, onText: (text: string) => void, onState: (state: CameraState) => void, isHeld: () => boolean) {
    this.#video = video;
    this.#onText = onText;
    this.#onState = onState;
    this.#isHeld = isHeld;
  }

  /** Opens `lens`, or the one behind the tablet. Failures arrive as a state. */
  async start(lens?: string): Promise<void> {
    this.#release();
    const turn = this.#turn;
    if (navigator.mediaDevices === undefined) return this.#fail("camera.insecure");
    this.#onState({ status: "starting", code: null, lens: lens ?? null, torch: null, zoom: null });
    let stream: MediaStream;
    try {
      stream = await open(lens);
    } catch (error) {
      if (turn === this.#turn) this.#fail(codeOf(error));
      return;
    }
    if (turn !== this.#turn) return stopTracks(stream);
    this.#stream = stream;
    const track = stream.getVideoTracks()[0];
    track?.addEventListener("ended", () => {
      if (this.#stream === stream) this.#fail("camera.busy");
    });
    this.#video.srcObject = stream;
    try {
      await this.#video.play();
    } catch (error) {
      // A start that came in between replaced the stream; otherwise nothing will move.
      if (turn === this.#turn) this.#fail(codeOf(error));
      return;
    }
    if (turn !== this.#turn) return;
    this.#lit = false;
    this.#running();
    void this.#look(turn);
  }

  stop(): void {
    this.#release();
    this.#onState({ status: "off", code: null, lens: null, torch: null, zoom: null });
  }

  /** Named only once the camera has been allowed. */
  async lenses(): Promise<Lens[]> {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return devices
      .filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "")
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  async setTorch(on: boolean): Promise<void> {
    const track = this.#stream?.getVideoTracks()[0];
    if (track === undefined || capabilitiesOf(track).torch !== true) return;
    await constrain(track, { torch: on });
    this.#lit = on;
    this.#running();
  }

  async setZoom(times: number): Promise<void> {
    const track = this.#stream?.getVideoTracks()[0];
    const range = track === undefined ? undefined : capabilitiesOf(track).zoom;
    if (track === undefined || range === undefined) return;
    await constrain(track, { zoom: Math.min(range.max, range.min * times) });
    this.#running();
  }

  #running(): void {
    const track = this.#stream?.getVideoTracks()[0];
    if (track === undefined) return;
    const lens = track.getSettings().deviceId ?? null;
    const torch = capabilitiesOf(track).torch === true ? this.#lit : null;
    this.#onState({ status: "running", code: null, lens, torch, zoom: zoomOf(track) });
  }

  #fail(code: string): void {
    this.#release();
    this.#onState({ status: "failed", code, lens: null, torch: null, zoom: null });
  }

  #release(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    if (this.#stream !== null) stopTracks(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
  }

  async #look(turn: number): Promise<void> {
    const began = performance.now();
    let text: string | undefined;
    try {
      text = (await this.#texts())[0];
    } catch {
      if (turn === this.#turn) this.#fail(isRefused() ? "camera.old_browser" : "camera.failed");
      return;
    }
    if (turn !== this.#turn) return;
    if (text !== undefined) this.#hand(text);
    const spent = performance.now() - began;
    this.#timer = window.setTimeout(() => void this.#look(turn), Math.max(FRAME_MS - spent, LEAST_REST_MS));
  }

  #hand(text: string): void {
    const now = performance.now();
    const again = text === this.#last.text && now - this.#last.at_ms < REPEAT_MS;
    if (again) return;
    this.#last = { text, at_ms: now };
    this.#onText(text);
  }

  /** By turns the middle at full resolution, for dense codes, and the whole picture made smaller. */
  async #texts(): Promise<string[]> {
    const { videoWidth: width, videoHeight: height, readyState } = this.#video;
    if (this.#isHeld() || readyState < HTMLMediaElement.HAVE_CURRENT_DATA || width === 0 || height === 0) return [];
    this.#frame += 1;
    const view: View = this.#frame % 2 === 1 ? "middle" : "whole";
    if (GIVES_FRAMES) return await decodeFrame(new VideoFrame(this.#video), view);
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) return [];
    return await decodePixels(framePixels(this.#video, width, height, view, this.#canvas, context));
  }
}

async function open(lens: string | undefined): Promise<MediaStream> {
  const size = { width: { ideal: 1920 }, height: { ideal: 1080 } };
  const behind = { audio: false, video: { ...size, facingMode: { ideal: "environment" } } };
  if (lens === undefined) return await navigator.mediaDevices.getUserMedia(behind);
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, deviceId: { exact: lens } } });
  } catch (error) {
    // The remembered lens is gone, or its id was renewed with the site's data.
    if (codeOf(error) !== "camera.missing") throw error;
    return await navigator.mediaDevices.getUserMedia(behind);
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function capabilitiesOf(track: MediaStreamTrack): LensCapabilities {
  // Not every engine of the floor has getCapabilities.
  return (track.getCapabilities?.() ?? {}) as LensCapabilities;
}

function zoomOf(track: MediaStreamTrack): Zoom | null {
  const range = capabilitiesOf(track).zoom;
  if (range === undefined || range.min <= 0 || range.max <= range.min) return null;
  const { zoom } = track.getSettings() as { zoom?: number };
  return { times: (zoom ?? range.min) / range.min, most: range.max / range.min };
}

function constrain(track: MediaStreamTrack, wanted: LensConstraint): Promise<void> {
  return track.applyConstraints({ advanced: [wanted] });
}

function codeOf(error: unknown): string {
  return (error instanceof DOMException ? CODES[error.name] : undefined) ?? "camera.failed";
}
