/** The screens on a fake core: /tablet/dev/index.html?phase=open&unsent=3&age=fresh&last=2 */

import { render } from "preact";
import "../styles/all.ts";
import { App } from "../screens/app.tsx";
import type { Devices } from "../parts/ui.ts";
import { fakeCore } from "./fake_core.ts";
import { FAKE_SAMPLES, HA_DONG } from "./fake_data.ts";

const query = new URLSearchParams(location.search);

/** A sample "picture" here is its text: the real decoder needs real pictures. */
const devices: Devices = {
  camera: (_video, onText, onState) => {
    const code = query.get("camera");
    // A test types window.scan("…") for a code held in front of the camera.
    (window as unknown as { scan: (text: string) => void }).scan = onText;
    return {
      start: () => {
        onState(code === null ? { status: "running", code: null, lens: "back", torch: false, zoom: { times: 1, most: 4 } } : { status: "failed", code, lens: null, torch: null, zoom: null });
        return Promise.resolve();
      },
      stop: () => onState({ status: "off", code: null, lens: null, torch: null, zoom: null }),
      lenses: () => Promise.resolve([{ id: "back", label: "back" }, { id: "front", label: "front" }]),
      setTorch: () => Promise.resolve(),
      setZoom: () => Promise.resolve(),
    };
  },
  decodeImage: async (picture) => [await picture.text()],
};

const real = window.fetch.bind(window);
window.fetch = (input, init) => {
  const url = String(input);
  if (url.endsWith("/samples/list.json")) {
    const names = FAKE_SAMPLES.map(([name, text, title]) => ({
      name,
      kind: name === "badge" ? "badge" : "code",
      checkpoint: name === "badge" ? HA_DONG.id : "",
      title_vi: title,
      title_en: title,
      note_vi: "ghi chú",
      note_en: "note",
      png: `/samples/${text}.png`,
    }));
    return Promise.resolve(new Response(JSON.stringify(query.has("live") ? [] : names)));
  }
  if (url.includes("/samples/")) return Promise.resolve(new Response(decodeURIComponent(url.split("/samples/")[1] ?? "").replace(/\.png$/, "")));
  return real(input, init);
};

const root = document.getElementById("app");
if (root !== null) render(<App core={fakeCore(query)} devices={devices} update={() => location.reload()} />, root);
