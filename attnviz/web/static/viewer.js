// Brings the cards to life: paints them, reads the point under the pointer on all of them, enlarges one.

import "./answers.js";
import { openDialog } from "./dialog.js";
import { asQuery, form, look, onLook, say } from "./look.js";
import { cellOf, difference, gridOf, isDrawn, isFlat, largest, paint, sample } from "./maps.js";
import { number, percent } from "./numbers.js";
import { remember } from "./remember.js";
import { settleScores } from "./scores.js";
import { settleStages } from "./stages.js";
import "./switches.js";

const photos = new Map(); // address -> promise of pixels
let point = null; // what the pointer is at, as shares of the map's sides

// The pixels of a picture; with a side, enlarged to it, a square a pixel, as attnviz.images.View.as_seen makes them.
const pixelsOf = (address, side = 0) => remember(photos, 24, `${address} ${side}`, () => load(address, side));

async function load(address, side) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const sheet = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight).getContext("2d");
  sheet.drawImage(picture, 0, 0);
  const small = sheet.getImageData(0, 0, picture.naturalWidth, picture.naturalHeight);
  if (!side) return small;
  const large = new ImageData(side, side);
  const from = new Uint32Array(small.data.buffer), to = new Uint32Array(large.data.buffer);
  for (let y = 0, at = 0; y < side; y++) {
    const row = cellOf(y, small.height, side) * small.width;
    for (let x = 0; x < side; x++) to[at++] = from[row + cellOf(x, small.width, side)];
  }
  return large;
}

async function photoOf(view, chosen) {
  const smooth = await pixelsOf(view.dataset.photo);
  return chosen.cells ? pixelsOf(view.dataset.seen, smooth.width) : smooth;
}

function photoLost(view) {
  const text = say("photo_lost");
  view.prepend(Object.assign(document.createElement("p"), { className: "av-warning av-lost", role: "alert", textContent: text }));
  setTimeout(() => view.isConnected && paintView(view), 3000);
}

// What each card draws: its own map or its difference to the baseline's, and the scale's top. A scale is shared by the
// models, stage by stage, since stages have none in common.
function drawings(view, chosen) {
  const cards = [...view.querySelectorAll(".av-card")].map((card) => ({ card, canvas: card.querySelector("canvas") }));
  const stages = Map.groupBy(cards, ({ card }) => card.dataset.stage);
  return [...stages.values()].flatMap((cards) => drawingsOfStage(cards, chosen));
}

function drawingsOfStage(cards, chosen) {
  const shared = Math.max(0, ...cards.filter(({ canvas }) => isDrawn(canvas, chosen.signed))
    .map(({ canvas }) => largest(gridOf(canvas).values, chosen.signed)));
  const base = cards.find(({ card }) => card.dataset.attention === "none");
  return cards.map(({ card, canvas }) => {
    const own = gridOf(canvas);
    const drawing = { card, canvas, grid: isDrawn(canvas, chosen.signed) ? own : null, signed: chosen.signed };
    drawing.top = chosen.scale === "shared" || chosen.difference ? shared : largest(own.values, chosen.signed);
    if (chosen.difference && base && card !== base.card) {
      canvas.change ??= {};
      const key = `${shared} ${chosen.signed}`;
      canvas.change[key] ??= difference(own, gridOf(base.canvas), shared, chosen.signed);
      const grid = canvas.change[key];
      Object.assign(drawing, { grid: isFlat(grid.values) ? null : grid, signed: true, top: 1, isDifference: true });
    }
    return drawing;
  });
}

async function paintView(view) {
  const turn = view.turn = (view.turn ?? 0) + 1;
  view.dataset.painted = "begun";
  const chosen = look();
  if (!chosen) return;
  const photo = await photoOf(view, chosen).catch(() => null);
  if (!view.isConnected || view.turn !== turn) return; // a later look is being painted
  view.querySelector(".av-lost")?.remove();
  if (!photo) return photoLost(view);
  view.drawn = drawings(view, chosen);
  for (const drawing of view.drawn) {
    const table = drawing.signed ? chosen.signedTable : chosen.table;
    paint(drawing.canvas, photo, drawing.grid, { ...chosen, ...drawing, table });
    drawing.card.querySelector(".av-scale").textContent = scaleInWords(drawing);
  }
  for (const anchor of view.querySelectorAll("a.av-figure"))
    anchor.href = `${anchor.getAttribute("href").split("?")[0]}?${asQuery(chosen)}${asStagesQuery(view)}`;
  view.dataset.painted = "true";
  read(view);
  if (view.checkVisibility()) address(view);
}

// The address reopens the view, by hand or after a restart, where that is possible.
function address(view) {
  const wanted = view.dataset.link || location.pathname;
  if (wanted !== location.search) history.replaceState(null, "", wanted);
}

// A tab that is opened again stands there as it was left, and only the address is to be set. Views that are gone are let go.
const opened = new ResizeObserver((entries) => {
  for (const { target: view } of entries) {
    if (!view.isConnected) opened.unobserve(view);
    else if (view.dataset.painted === "true" && view.checkVisibility()) address(view);
  }
});

function asStagesQuery(view) {
  const form = view.querySelector(".av-stage-look");
  return form ? `&models=${view.dataset.models}&branches=${form.elements.branches?.checked ?? false}` : "";
}

function scaleInWords({ grid, top, signed, isDifference }) {
  if (!grid || !(top > 0)) return say("not_drawn");
  if (isDifference) return say("drawn_difference");
  return say("drawn", { low: signed ? number(-top) : 0, high: number(top) });
}

function read(view) {
  const chosen = look();
  for (const { card, canvas, top, grid, isDifference } of view.drawn ?? []) {
    const cross = card.querySelector(".av-cross"), text = card.querySelector(".av-here");
    cross.hidden = !point;
    text.textContent = "";
    if (!point) continue;
    cross.style.left = `${100 * point.u}%`;
    cross.style.top = `${100 * point.v}%`;
    const value = sample(isDifference && grid ? grid : gridOf(canvas), point.u, point.v, chosen.cells);
    text.textContent = say("here", { value: number(value), share: top > 0 ? percent(value / top) : "–" });
  }
}

function readAll(where) {
  point = where;
  document.querySelectorAll(".av-view").forEach(read);
}

const within = (share) => Math.min(Math.max(share, 0), 1);

document.addEventListener("pointermove", (event) => {
  const map = event.target.closest?.(".av-map");
  if (map) {
    const box = map.getBoundingClientRect();
    readAll({ u: within((event.clientX - box.left) / box.width), v: within((event.clientY - box.top) / box.height) });
  } else if (point && !document.activeElement?.matches(".av-map")) readAll(null);
});

document.addEventListener("focusin", (event) => event.target.matches(".av-map:focus-visible") && !point && readAll({ u: 0.5, v: 0.5 }));
document.addEventListener("focusout", (event) => event.target.matches(".av-map") && readAll(null));

document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const map = event.target.closest?.(".av-map");
  if (!step || !map) return;
  event.preventDefault();
  const { width, height } = gridOf(map.querySelector("canvas"));
  const { u, v } = point ?? { u: 0.5, v: 0.5 };
  readAll({ u: within(u + step[0] / width), v: within(v + step[1] / height) });
});

// One map, as large as the window allows.
function enlarge(map) {
  const from = map.querySelector("canvas"), large = from.cloneNode();
  large.getContext("2d").drawImage(from, 0, 0);
  const title = Object.assign(document.createElement("p"), { textContent: map.closest(".av-card").dataset.title });
  openDialog(from.getAttribute("aria-label"), [title, large], map);
}

document.addEventListener("click", async (event) => {
  const map = event.target.closest?.(".av-map");
  if (map) return enlarge(map);
  const copy = event.target.closest?.(".av-copy");
  if (copy) {
    address(copy.closest(".av-view")); // which has it where the clipboard is not allowed
    await navigator.clipboard?.writeText(location.href).catch(() => {});
    copy.textContent = copy.dataset.done;
  }
});

// Gradio has its own controls' names in English only.
function translate() {
  for (const icon of document.querySelectorAll(".av-examples img")) icon.alt = ""; // the button's text has its name
  const labels = JSON.parse(form()?.dataset.labels ?? "{}");
  for (const [english, ours] of Object.entries(labels))
    for (const named of document.querySelectorAll(`[aria-label="${english}"]`)) {
      named.setAttribute("aria-label", ours);
      if (named.title === english) named.title = ours;
    }
}

// Who enters a list to choose from can type at once: what stands there is selected, and not typed into.
const LIST = "input[role=combobox]";
let entered = null;
document.addEventListener("focusin", ({ target }) => { entered = target.matches(LIST) ? target : null; entered?.select(); });
document.addEventListener("click", ({ target }) => {
  if (target === entered) target.select(); // the press has put the caret somewhere
  entered = null;
});

function settle() {
  translate();
  for (const view of document.querySelectorAll(".av-view:not([data-painted])")) {
    opened.observe(view);
    paintView(view);
  }
  settleStages();
  settleScores();
  sayRestarted();
}

// After a restart of the server this page's session is gone: it is loaded again, by us or by Gradio, and says why.
const STARTED = "attnviz-started";

async function checkServer() {
  const known = form()?.dataset.started;
  if (!known || document.hidden) return;
  const health = await fetch("healthz").then((answer) => answer.json()).catch(() => null);
  if (health && health.started !== known) location.reload();
}

setInterval(checkServer, 5000);
document.addEventListener("visibilitychange", checkServer);

function sayRestarted() {
  const before = sessionStorage.getItem(STARTED), now = form()?.dataset.started;
  if (!now || before === now) return;
  sessionStorage.setItem(STARTED, now);
  if (before) tell(say("restarted"));
}

function tell(text) {
  const line = Object.assign(document.createElement("p"), { className: "av-told", role: "status", textContent: text });
  document.body.append(line);
  setTimeout(() => line.remove(), 12000);
}

document.addEventListener("input", (event) => {
  if (event.target.closest(".av-stage-look")) paintView(event.target.closest(".av-view"));
});
onLook(() => document.querySelectorAll(".av-view").forEach(paintView));
new MutationObserver(settle).observe(document, { childList: true, subtree: true });
settle();
