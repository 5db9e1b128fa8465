// Plays a study: consent, trials, thanks. The server knows where the participant is; this page only shows it, and keeps
// an answer until the server has said that it is stored.

const { texts, question, language } = JSON.parse(document.body.dataset.handed);
const KEPT = "attnviz-study-answer";
const LONGEST_MS = 86_400_000; // a day: what the server takes
const CHOICES = ["left", "similar", "right"];
const byId = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/{(\w+)}/g, (whole, name) => values[name] ?? whole);
const kiosk = new URLSearchParams(location.search).has("kiosk");
if (kiosk) byId("other").search += "&kiosk=1";
let open = null; // the trial on the page
let shownAt = 0;
let ready = false; // whether it can be answered
let blurred = false;
let resumed = true; // the first trial after the page was loaded

class Refused extends Error {
  constructor(status, why) {
    super(why);
    this.status = status;
  }
}

async function send(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "Accept-Language": language },
  };
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused(0, texts.lost);
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, typeof said.detail === "string" ? said.detail : texts.lost);
  return said;
}

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const tell = (text) => (byId("told").textContent = text);

function show(state) {
  open = null;
  for (const phase of ["consent", "trial", "done"]) byId(phase).hidden = phase !== state.phase;
  byId("code").hidden = !state.withdrawal_code;
  byId("code").textContent = fill(texts.your_code, { code: state.withdrawal_code });
  byId("other").hidden = state.phase !== "consent";
  if (state.language && state.language !== language) return location.replace(`?lang=${state.language}${kiosk ? "&kiosk=1" : ""}`);
  if (state.phase === "closed") tell(state.told);
  if (state.phase === "trial") return showTrial(state);
  if (state.phase === "done") {
    byId("completion").textContent = state.completion_code;
    byId("next").hidden = !kiosk;
  }
}

async function showTrial(trial) {
  open = trial;
  ready = false;
  blurred = false;
  setButtons(false);
  byId("where").textContent = fill(trial.practice ? texts.practice : texts.where, trial);
  Object.assign(byId("progress"), { max: trial.total, value: trial.number - 1 });
  byId("label").textContent = trial.label;
  byId("question").textContent = fill(question, { target: trial.label });
  byId("label").focus({ preventScroll: true });
  while (open === trial) {
    const loaded = await Promise.all(Object.entries(trial.pictures).map(([place, address]) => load(byId(place), address)));
    if (open !== trial) return;
    if (loaded.every(Boolean)) break;
    tell(texts.no_pictures);
    await wait(2000);
    const now = await stateOf(); // another tab may have answered it
    if (open !== trial) return;
    if (now.vote_id !== trial.vote_id) return show(now);
  }
  if (byId("told").textContent === texts.no_pictures) tell("");
  shownAt = performance.now();
  await wait(trial.minimum_ms);
  if (open !== trial) return;
  ready = true;
  setButtons(true);
}

async function load(image, address) {
  image.classList.add("loading");
  image.src = `picture/${address}`;
  const loaded = await image.decode().then(() => true, () => false);
  image.classList.toggle("loading", !loaded);
  return loaded;
}

function setButtons(enabled) {
  for (const button of document.querySelectorAll("[data-choice]")) {
    button.disabled = !enabled;
    button.removeAttribute("aria-pressed");
  }
}

async function answer(choice) {
  if (!ready) return;
  ready = false;
  const response_ms = Math.min(Math.round(performance.now() - shownAt), LONGEST_MS);
  const flags = [...(blurred ? ["blur"] : []), ...(resumed ? ["resumed"] : [])];
  resumed = false;
  setButtons(false);
  document.querySelector(`[data-choice="${choice}"]`).setAttribute("aria-pressed", "true");
  const { vote_id, token } = open;
  const ballot = { vote_id, token, choice, response_ms, flags };
  localStorage.setItem(KEPT, JSON.stringify(ballot));
  await deliver(ballot);
}

// Sends an answer until the server says that it is stored, or that it cannot be.
async function deliver(ballot) {
  for (let attempt = 0; ; attempt++) {
    try {
      const state = await send("vote", attempt ? { ...ballot, flags: [...ballot.flags, "retried"] } : ballot);
      localStorage.removeItem(KEPT);
      tell("");
      return show(state);
    } catch (error) {
      const passing = error.status === 0 || error.status === 429 || error.status >= 500;
      if (!passing) {
        localStorage.removeItem(KEPT);
        tell(error.message);
        return show(await stateOf());
      }
      tell(fill(texts.not_saved, { why: error.message }));
      await wait(Math.min(1000 * 2 ** attempt, 15000));
    }
  }
}

async function stateOf() {
  for (;;) {
    try {
      return await send("state");
    } catch (error) {
      tell(error.message);
      await wait(3000);
    }
  }
}

byId("agree").onclick = async () => {
  byId("agree").disabled = true;
  try {
    show(await send("join", { language }));
    tell("");
  } catch (error) {
    tell(error.message);
  }
  byId("agree").disabled = false;
};

byId("next").onclick = async () => {
  await send("next", {});
  location.reload();
};

byId("withdraw").onsubmit = async (event) => {
  event.preventDefault();
  try {
    await send("withdraw", { code: event.target.elements.code.value });
    event.target.reset();
    const state = await send("state");
    if (open && state.phase !== "consent") return tell(texts.withdrawn_other); // whose code it was is not sitting here
    open = null;
    await send("next", {});
    for (const phase of ["consent", "trial", "done"]) byId(phase).hidden = true;
    byId("leave").hidden = byId("code").hidden = true;
    tell(texts.withdrawn);
  } catch (error) {
    tell(error.message);
  }
};

for (const button of document.querySelectorAll("[data-choice]")) button.onclick = () => answer(button.dataset.choice);
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input")) return;
  const choice = CHOICES[event.key - 1];
  if (choice && !byId("trial").hidden) answer(choice);
});
addEventListener("blur", () => (blurred = true));
// a page that comes back from the browser's cache, or a tab that was overtaken by another, asks where it is
addEventListener("pageshow", (event) => event.persisted && location.reload());
document.addEventListener("visibilitychange", async () => {
  if (document.hidden || !ready) return;
  const state = await stateOf();
  if (ready && state.vote_id !== open?.vote_id) show(state);
});

const kept = localStorage.getItem(KEPT);
if (kept) await deliver(JSON.parse(kept));
else show(await stateOf());
