// One crossing in the oldest Chromium served: enrolled by link, badge and code read by its camera, saved, sent, then
// started once more without a network. Told by JSON on standard input (executable, profile, link, pin, plate; films for
// its camera: camera, badge, person; picture: where a screenshot goes), it prints a line of JSON for each step reached
// and ends with 0 when all were.
"use strict";
const fs = require("fs");
const puppeteer = require("puppeteer-core");

const PATIENCE_MS = 40000;
const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const said = [];

const FIND = `(role, word, exact) => {
  const shown = (node) => node.getClientRects().length > 0;
  const name = (node) => (node.getAttribute("aria-label") || node.innerText || "").trim();
  const fits = (text) => (exact ? text === word : text.includes(word));
  return [...document.querySelectorAll(role)].find((node) => shown(node) && fits(name(node))) || null;
}`;
const BUTTON = "button, [role=button], [role=radio]";

function step(name, more) {
  process.stdout.write(JSON.stringify(Object.assign({ step: name }, more)) + "\n");
}

async function find(page, role, word, exact = true) {
  const found = await page.waitForFunction(`(${FIND})(${JSON.stringify(role)}, ${JSON.stringify(word)}, ${exact})`, {
    timeout: PATIENCE_MS,
  });
  return found.asElement();
}

async function tap(page, word, exact = true) {
  const button = await find(page, BUTTON, word, exact);
  await button.click();
}

async function seen(page, words) {
  await page.waitForFunction(`document.body.innerText.includes(${JSON.stringify(words)})`, { timeout: PATIENCE_MS });
}

/** A new picture before the lens: renamed, because the running camera keeps the file that it mapped. */
function hold(picture) {
  fs.copyFileSync(picture, asked.camera + ".new");
  fs.renameSync(asked.camera + ".new", asked.camera);
}

async function started() {
  const browser = await puppeteer.launch({
    executablePath: asked.executable,
    userDataDir: asked.profile,
    defaultViewport: { width: 800, height: 1100 },
    args: [
      "--no-sandbox",
      "--no-zygote",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      "--use-file-for-fake-video-capture=" + asked.camera,
    ],
  });
  const page = (await browser.pages())[0];
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("console", (one) => {
    if (one.type() === "error" || one.type() === "warning") said.push(one.text());
  });
  return { browser, page };
}

async function walk() {
  hold(asked.badge);
  const { browser, page } = await started();
  step("started", { browser: await browser.version() });
  await page.goto(asked.link, { waitUntil: "domcontentloaded" });
  await seen(page, "Đăng nhập");
  step("enrolled");
  await find(page, BUTTON, "Đăng nhập");
  step("badge read by the camera");
  hold(asked.person);
  for (const digit of asked.pin) await tap(page, digit);
  await tap(page, "Đăng nhập");
  await find(page, "[role=radiogroup]", "Chiều đi");
  step("shift open");
  await tap(page, "Thẻ xanh");
  step("code read by the camera");
  await tap(page, "Không rõ nơi đi");
  await tap(page, "Biển số", false);
  for (const character of asked.plate) await tap(page, character);
  await tap(page, "Xong");
  if (asked.picture) await page.screenshot({ path: asked.picture });
  await tap(page, "LƯU");
  await seen(page, "Đã lưu");
  step("saved");
  await seen(page, "chưa gửi: 0");
  step("sent");
  await page.evaluate("navigator.serviceWorker.ready.then((one) => one.active.state)");
  await page.setOfflineMode(true);
  await page.goto(asked.link.split("#")[0], { waitUntil: "domcontentloaded" });
  await seen(page, "Đăng nhập");
  step("started without a network");
  await browser.close();
  step("console", { said });
}

walk().catch((error) => {
  step("failed", { error: String(error && error.stack), said });
  process.exit(1);
});
