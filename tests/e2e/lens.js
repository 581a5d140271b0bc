// What the fake camera has not: torch, zoom, a second lens. Notes what the page asks of cameras.
(() => {
  window.asked = [];
  const media = navigator.mediaDevices;
  const open = media.getUserMedia.bind(media);
  media.getUserMedia = (wanted) => {
    window.asked.push(wanted.video);
    const { deviceId, ...video } = wanted.video;
    return open({ video: deviceId?.exact === "second" ? video : wanted.video });
  };
  const list = media.enumerateDevices.bind(media);
  media.enumerateDevices = async () => [
    ...(await list()),
    { kind: "videoinput", deviceId: "second", label: "second" },
  ];
  const track = MediaStreamTrack.prototype;
  const { getCapabilities, getSettings } = track;
  const state = { zoom: 1, torch: false };
  track.getCapabilities = function () {
    return { ...getCapabilities.call(this), torch: true, zoom: { min: 1, max: 3, step: 0.1 } };
  };
  track.getSettings = function () {
    return { ...getSettings.call(this), ...state };
  };
  track.applyConstraints = function ({ advanced }) {
    Object.assign(state, ...advanced);
    window.lens = { ...state };
    return Promise.resolve();
  };
})();
