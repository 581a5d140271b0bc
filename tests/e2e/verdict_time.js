// From a code's last character to the evidence and to the verdict on the screen, in milliseconds.
window.timeOneCode = async (keys) => {
  const patience_ms = 30_000;
  const shown = (selector) =>
    new Promise((resolve, reject) => {
      const look = () => document.querySelector(selector);
      // A frame after the change stood in the page: then it is on the screen.
      const found = () => requestAnimationFrame(() => setTimeout(() => resolve(look()), 0));
      if (look() !== null) return found();
      const watch = new MutationObserver(() => {
        if (look() === null) return;
        watch.disconnect();
        clearTimeout(timer);
        found();
      });
      const timer = setTimeout(() => reject(new Error(`no ${selector}`)), patience_ms);
      watch.observe(document, { subtree: true, childList: true });
    });
  const press = (words) => {
    const buttons = [...document.querySelectorAll("button")];
    const one = buttons.find((b) => b.textContent.trim() === words || b.getAttribute("aria-label") === words);
    if (one === undefined) throw new Error(`no button ${words}`);
    one.click();
  };
  const began = performance.now();
  // A scanner's keys have the time at which it sent them, whatever the page is doing.
  const key = ([code, text, shiftKey], n) => {
    const event = new KeyboardEvent("keydown", { code, key: text, shiftKey, bubbles: true, cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: began + 5 * n });
    document.body.dispatchEvent(event);
  };

  await shown(".screen.home");
  keys.forEach(key);
  const scanned = performance.now();
  key(["Enter", "Enter", false], keys.length);
  // Who is verified and needs no second look is not asked about: the journey comes at once.
  const next = await shown(".proof, .screen.journey");
  const evidence_ms = performance.now() - scanned;
  if (next.classList.contains("proof")) {
    const { className } = next;
    if (!className.includes("verified")) return { status: className };
    press("Tiếp tục");
    await shown(".screen.journey");
  }
  const decided = performance.now();
  press("Không rõ nơi đi");
  const answer = await shown(".screen.verdict [role=alert]");
  const verdict_ms = performance.now() - decided;
  press("Bỏ lượt này");
  await shown("[role=dialog]");
  press("Bỏ, không lưu");
  await shown(".screen.home");
  return { status: answer === null ? "no verdict" : "verified", evidence_ms, verdict_ms };
};
