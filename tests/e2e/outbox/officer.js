// An officer with fast hands, inside the page: every step is a click on what the built screens show.
// `chotSay` is the harness's own record, told at the moment; it lies outside the page and outlives it.
(() => {
  const PATIENCE_MS = 60000; // Two busy cores do the work of four.
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const nameOf = (node) => (node.getAttribute("aria-label") ?? node.textContent ?? "").trim();

  async function until(what, look) {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = look();
      if (found) return found;
      if (performance.now() > end) throw new Error(`${what}: not on the screen: ${document.body.innerText.slice(0, 600)}`);
      await pause(4);
    }
  }

  const button = (name, within = document) =>
    [...within.querySelectorAll("button")].find((one) => !one.disabled && nameOf(one) === name);
  const starting = (name) => [...document.querySelectorAll("button")].find((one) => !one.disabled && nameOf(one).startsWith(name));
  const press = async (name, within) => (await until(name, () => button(name, within?.()))).click();
  const sheet = (name) => () => document.querySelector(`[role=dialog][aria-label="${name}"]`) ?? document.createElement("i");
  const saved = () => [...document.querySelectorAll("[role=status]")].find((one) => one.textContent.includes("Đã lưu"));
  const lane = () => document.querySelector('[role=radiogroup][aria-label="Chiều đi"]');

  /** A hand scanner: one key after another. Only letters, digits and a few signs, as badges have them. */
  function scan(text) {
    const signs = { ".": "Period", "-": "Minus", ":": "Semicolon" };
    for (const key of text) {
      const shiftKey = /[A-Z_:]/.test(key);
      const code = /[a-z]/i.test(key) ? `Key${key.toUpperCase()}` : /[0-9]/.test(key) ? `Digit${key}` : key === "_" ? "Minus" : signs[key];
      window.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey, cancelable: true }));
    }
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", cancelable: true }));
  }

  async function openShift(badge, pin) {
    await until("«Đăng nhập»", () => document.querySelector("main.shift"));
    // A busy machine may tear a burst apart, as a slow scanner does; people then scan again.
    for (let tries = 0; lane() === null && tries < 5; tries += 1) {
      if (document.querySelector(".pin-pad") === null) {
        await pause(70); // A burst begins after a silence.
        scan(badge);
      }
      await until("PIN", () => document.querySelector(".pin-pad"));
      for (const digit of pin) await press(digit);
      await press("Đăng nhập");
      await until("the lane, or why not", () => lane() ?? document.querySelector("main.shift .notice.bad"));
    }
    await until("the lane", lane);
  }

  /** One crossing of somebody without a code. `name`: typed as it stands. */
  async function cross({ plate, name, twice, undo }) {
    await until("the lane", lane);
    await press("Không có mã");
    await press("Họ tên");
    const field = await until("the name", () => document.querySelector("#said-name"));
    field.value = name;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await press("Tiếp tục");
    await press("Không rõ nơi đi");
    // Who declares by word of mouth is asked what the form asks.
    await press("Không triệu chứng");
    await (await until("the plate", () => starting("Biển số"))).click();
    for (const key of plate) await press(key, sheet("Biển số"));
    await press("Xong", sheet("Biển số"));
    await until("the sheet closed", () => document.querySelector("[role=dialog]") === null);
    const save = await until("LƯU", () => button("LƯU"));
    chotSay("pressed", plate);
    save.click();
    if (twice) save.click();
    await until("«Đã lưu»", () => {
      const bad = document.querySelector("main.verdict .notice.bad");
      if (bad !== null) throw new Error(`not saved: ${bad.textContent}`);
      return saved();
    });
    chotSay("shown", plate);
    if (undo) {
      await (await until("«Hoàn tác»", () => starting("Hoàn tác"))).click();
      await until("«Đã hủy»", () => document.body.textContent.includes("Đã hủy lượt vừa lưu"));
      chotSay("undone", plate);
    }
  }

  async function crossAll(crossings) {
    for (const { wait_ms, ...one } of crossings) {
      await pause(wait_ms);
      await cross(one);
    }
  }

  const unsent = () => Number(/chưa gửi: (\d+)/.exec(document.querySelector(".status-bar")?.textContent ?? "")?.[1] ?? "-1");

  const answer = (request) =>
    new Promise((done, fail) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });

  /** Resolves when the tablet has its rules and knows its officers. */
  const packs = () => until("the packs", () => !(document.querySelector(".status-bar")?.textContent ?? "chưa có").includes("chưa có"));

  /** Everything of the store that the ledger needs; bytes as hex. Bodies lie closed: their hashes tell whether they changed. */
  async function stored() {
    const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
    const db = await answer(indexedDB.open("chot"));
    const tx = db.transaction(["meta", "own"], "readonly");
    const [own, head, standings, enrolment] = await Promise.all([
      answer(tx.objectStore("own").getAll()),
      answer(tx.objectStore("meta").get("head")),
      answer(tx.objectStore("meta").get("standings")),
      answer(tx.objectStore("meta").get("enrolment")),
    ]);
    db.close();
    const events = own.map(({ seq, commitment, hash, state }) => ({ seq, state, commitment: hex(commitment), hash: hex(hash) }));
    const acked = Math.max(0, ...Object.values(standings).map(({ through }) => through));
    return { device: enrolment.device, head: head.seq, acked, events };
  }

  window.officer = { scan, openShift, cross, crossAll, unsent, packs, stored };
})();
