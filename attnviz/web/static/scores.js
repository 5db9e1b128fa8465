// The scores tab: a box is drawn on the photo with the pointer or typed, in whole pixels of what the network saw; the
// server scores every map by it. Insertion and deletion curves come a line of JSON at a time.

import { say } from "./look.js";

const EDGES = ["left", "top", "right", "bottom"];
const boxes = new Map(); // photo's address -> the box that was drawn on it last
const WAIT = 60; // ms between two questions while a box is being drawn

const formOf = (view) => view.querySelector(".av-edges");
const sideOf = (view) => +view.dataset.side;

function boxOf(view) {
  const { elements } = formOf(view);
  const box = EDGES.map((edge) => elements[edge].value === "" ? NaN : elements[edge].valueAsNumber);
  const [left, top, right, bottom] = box, side = sideOf(view);
  return box.every(Number.isInteger) && 0 <= left && left < right && right <= side && 0 <= top && top < bottom &&
    bottom <= side ? box : null;
}

function setBox(view, box) {
  EDGES.forEach((edge, at) => { formOf(view).elements[edge].value = box ? box[at] : ""; });
  changed(view);
}

function changed(view) {
  const box = boxOf(view), drawn = view.querySelector(".av-drawn-box"), side = sideOf(view);
  drawn.hidden = !box;
  if (box) {
    boxes.set(view.dataset.photo, box);
    const [left, top, right, bottom] = box.map((edge) => `${(100 * edge) / side}%`);
    drawn.style.inset = `${top} calc(100% - ${right}) calc(100% - ${bottom}) ${left}`;
  }
  clearTimeout(view.asking);
  view.asking = setTimeout(() => ask(view, box), WAIT);
}

async function ask(view, box) {
  const place = view.querySelector(".av-localisation");
  if (!box) {
    view.asked = null;
    const empty = EDGES.some((edge) => formOf(view).elements[edge].value === "");
    place.replaceChildren(line(empty ? say("box_none") : say("box_wrong", { side: sideOf(view) })));
    return;
  }
  const query = new URLSearchParams(EDGES.map((edge, at) => [edge, box[at]])).toString();
  if (view.asked === query) return;
  view.asked = query;
  const answer = await fetch(`attnviz/view/${view.dataset.key}/localisation?${query}`).catch(() => null);
  if (view.asked !== query) return; // a later box was asked about
  if (answer?.ok) place.innerHTML = await answer.text();
  else {
    place.replaceChildren(line(await why(answer)));
    view.asked = null;
  }
}

async function why(answer) {
  const said = await answer?.json().catch(() => null);
  return typeof said?.detail === "string" ? said.detail : say("no_answer");
}

function line(text) {
  return Object.assign(document.createElement("p"), { className: "av-message", textContent: text });
}

// Drawing.

document.addEventListener("pointerdown", (event) => {
  const board = event.target.closest?.(".av-boxing");
  if (!board || event.button) return;
  event.preventDefault();
  board.setPointerCapture(event.pointerId);
  const view = board.closest(".av-view"), side = sideOf(view);
  const at = ({ clientX, clientY }, round) => {
    const frame = board.getBoundingClientRect();
    return [(clientX - frame.left) / frame.width, (clientY - frame.top) / frame.height]
      .map((share) => Math.min(Math.max(round(share * side), 0), side));
  };
  const from = event;
  const move = (to) => {
    const ends = [at(from, Math.floor), at(from, Math.ceil), at(to, Math.floor), at(to, Math.ceil)];
    const [xs, ys] = [0, 1].map((axis) => ends.map((end) => end[axis]));
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    if (box[0] < box[2] && box[1] < box[3]) setBox(view, box);
  };
  board.addEventListener("pointermove", move);
  const stop = () => board.removeEventListener("pointermove", move);
  board.addEventListener("pointerup", stop, { once: true });
  board.addEventListener("pointercancel", stop, { once: true });
});

document.addEventListener("input", (event) => event.target.closest(".av-edges") && changed(event.target.closest(".av-view")));
document.addEventListener("submit", (event) => event.target.matches(".av-edges") && event.preventDefault());
document.addEventListener("reset", (event) => {
  if (!event.target.matches(".av-edges")) return;
  const view = event.target.closest(".av-view");
  boxes.delete(view.dataset.photo);
  setTimeout(() => changed(view));
});

// Curves.

async function curves(view) {
  const [go, stop, bar, place] = ["go", "stop"].map((name) => view.querySelector(`.av-curves-${name}`))
    .concat(view.querySelector(".av-run progress"), view.querySelector(".av-curves"));
  const leaving = new AbortController();
  const busy = (is) => { go.disabled = is; stop.hidden = bar.hidden = !is; };
  stop.onclick = () => leaving.abort();
  busy(true);
  bar.value = 0;
  place.replaceChildren();
  try {
    const answer = await fetch(`attnviz/view/${view.dataset.key}/curves`, { signal: leaving.signal });
    if (!answer.ok) place.replaceChildren(line(await why(answer)));
    else for await (const step of linesOf(answer)) {
      if (!view.isConnected) return leaving.abort();
      if ("share" in step) bar.value = step.share;
      else if ("html" in step) place.innerHTML = step.html;
      else place.replaceChildren(line(step.error));
    }
  } catch {
    place.replaceChildren(line(leaving.signal.aborted ? say("curves_stopped") : say("no_answer")));
  } finally {
    busy(false);
  }
}

async function* linesOf(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop();
    for (const text of lines) yield JSON.parse(text);
  }
}

document.addEventListener("click", (event) => {
  if (event.target.matches?.(".av-curves-go")) curves(event.target.closest(".av-view"));
});

// A photo that comes back has its box again.
export function settleScores() {
  for (const view of document.querySelectorAll(".av-scores:not([data-boxed])")) {
    view.dataset.boxed = "true";
    view.querySelector(".av-boxing img").src = view.dataset.seen;
    const box = boxes.get(view.dataset.photo) ?? JSON.parse(view.dataset.box || "null");
    if (box) setBox(view, box);
  }
}
