// Counts what fingers do on the page, and how long the page takes after each of it. `klmBegin()` starts
// a flow, `klmInput()` stands for what no event shows (a code held up), `klmEnd()` gives the figures.
(() => {
  if (window.klmBegin !== undefined) return;
  /** These have clocks of their own (the undo counts its seconds); what changes there answers no finger. */
  const ASIDE = ".status-bar, .announced, .saved";
  let flow = null;
  let typed = false;

  /** What was done last is answered by the last frame that showed something new before the next is done. */
  const settle = () => {
    const answer_ms = Math.max(0, flow.shown_ms - flow.input_ms);
    flow.machine_ms += answer_ms;
    flow.slowest_ms = Math.max(flow.slowest_ms, answer_ms);
  };
  const input = (time_ms) => {
    if (flow === null) return;
    if (flow.input_ms !== null) settle();
    flow.input_ms = flow.shown_ms = time_ms;
  };
  const shown = () => {
    const now = flow;
    // After the frame: then it is on the screen.
    requestAnimationFrame(() => setTimeout(() => now.input_ms !== null && (now.shown_ms = performance.now()), 0));
  };

  document.addEventListener("pointerdown", (event) => {
    if (flow === null || !event.isTrusted) return;
    flow.taps += 1;
    input(event.timeStamp);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (flow === null || !event.isTrusted || /^(?:Shift|Alt|Control|Meta)/.test(event.key)) return;
    typed = true;
    flow.keys += 1;
    input(event.timeStamp);
  }, true);
  document.addEventListener("input", (event) => {
    // Text put into a field in one go was somebody's keys all the same.
    if (flow !== null && event.isTrusted && !typed) {
      flow.keys += event.target.value?.length ?? 1;
      input(event.timeStamp);
    }
    typed = false;
  }, true);
  new MutationObserver((changes) => {
    if (flow === null || flow.input_ms === null) return;
    const answers = ({ target }) => (target instanceof Element ? target : target.parentElement)?.closest(ASIDE) === null;
    if (changes.some(answers)) shown();
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });

  // From the finger to the next frame, as the browser itself measures it; in steps of 8 ms, from 16 on.
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      if (flow !== null && one.startTime >= flow.began_ms) flow.frame_ms = Math.max(flow.frame_ms, one.duration);
    }
  }).observe({ type: "event", durationThreshold: 16 });

  window.klmBegin = () => {
    flow = { began_ms: performance.now(), frame_ms: 0, taps: 0, keys: 0, machine_ms: 0, slowest_ms: 0, input_ms: null, shown_ms: 0 };
  };
  window.klmInput = () => input(performance.now());
  window.klmEnd = async () => {
    // What is due in the next frame still counts.
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
    if (flow.input_ms !== null) settle();
    const { taps, keys, machine_ms, slowest_ms, frame_ms } = flow;
    flow = null;
    return { taps, keys, machine_ms, slowest_ms, frame_ms };
  };
})();
