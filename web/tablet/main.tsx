/** The tablet's program: the real core, the real camera, the service worker. */

import { render } from "preact";
import "./styles/all.ts";
import { healthReaders } from "../shared/credentials/index.ts";
import { Camera } from "./core/camera.ts";
import { createCore } from "./core/core.ts";
import { decodeImage, warmUp } from "./core/decode.ts";
import { apart, loadTheRest } from "./parts/lazily.tsx";
import { watchUpdates } from "./parts/updates.ts";
import type { Devices } from "./parts/ui.ts";
import { App } from "./screens/app.tsx";

const devices: Devices = {
  camera: (video, onText, onState, isHeld) => new Camera(video, onText, onState, isHeld),
  decodeImage,
};

const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no #app");
// What it says to a browser that does not get here.
root.textContent = "";
const core = createCore();
const update = watchUpdates((ready) => core.setUpdateReady(ready));
render(<App core={core} devices={devices} update={update} />, root);
// A core that cannot open its store shows it as an error; the decoder may come a second later.
void core.start();
apart(healthReaders);
void warmUp().then(loadTheRest);
