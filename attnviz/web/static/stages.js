// The stages tab: paints features and gates from their fixed range or, on request, their own; names the channel under
// the pointer and shows its features; opens the lessons behind the (i).

import { openDialog } from "./dialog.js";
import { say, tableOf } from "./look.js";
import { gridOf } from "./maps.js";
import { number } from "./numbers.js";
import { remember } from "./remember.js";
import { usually } from "./usual.js";

const GRIDS = "canvas.av-grid, canvas.av-strip";
const stacks = new Map(); // address -> promise of a gate's features before and after

// Colours a grid (a pixel a cell) from low to high.
function paintGrid(canvas, { values, width, height }, low, high, table) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d"), picture = context.createImageData(width, height);
  const stretch = high > low ? 255 / (high - low) : 0;
  for (let cell = 0; cell < values.length; cell++) {
    const step = Math.round(Math.min(Math.max((values[cell] - low) * stretch, 0), 255));
    picture.data.set([table[3 * step], table[3 * step + 1], table[3 * step + 2], 255], 4 * cell);
  }
  context.putImageData(picture, 0, 0);
}

const extent = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);

function paintStages(view) {
  const form = view.querySelector(".av-stage-look"), stretched = form.elements.stretch.checked;
  view.classList.toggle("av-with-branches", form.elements.branches?.checked ?? false);
  for (const canvas of view.querySelectorAll(GRIDS)) {
    const grid = gridOf(canvas), fixed = [+canvas.dataset.low, +canvas.dataset.high];
    const [low, high] = stretched ? extent(grid.values) : fixed;
    paintGrid(canvas, grid, low, high, tableOf(canvas.dataset.colormap));
    const drawn = canvas.closest("figure").querySelector(".av-drawn");
    drawn.textContent = stretched ? say("stretched", { low: number(low), high: number(high) }) : drawn.dataset.fixed;
  }
  view.dataset.gridsPainted = "true";
}

export function settleStages() {
  for (const view of document.querySelectorAll(".av-stages:not([data-grids-painted])")) paintStages(view);
}

document.addEventListener("input", (event) => {
  if (event.target.closest(".av-stage-look")) paintStages(event.target.closest(".av-stages"));
});

// What is under the pointer.

function readGrid(canvas, event) {
  const box = canvas.getBoundingClientRect(), { values, width, height } = gridOf(canvas);
  const at = (place, size, count) => Math.min(Math.max(Math.floor((place / size) * count), 0), count - 1);
  const cell = at(event.clientY - box.top, box.height, height) * width + at(event.clientX - box.left, box.width, width);
  if (canvas.matches(".av-strip")) return chooseChannel(canvas, cell);
  here(canvas).textContent = say("value_here", { value: number(values[cell]) });
}

const here = (canvas) => canvas.closest("figure").querySelector(".av-value-here");

function leave(canvas) {
  here(canvas).textContent = "";
  const peek = document.querySelector(".av-peek");
  if (peek?.strip === canvas) peek.remove();
}

document.addEventListener("pointermove", (event) => event.target.matches?.(GRIDS) && readGrid(event.target, event));
document.addEventListener("pointerout", ({ target, pointerType }) => pointerType !== "touch" && target.matches?.(GRIDS) && leave(target));
// a finger that lifts leaves what it has touched to be read, until it touches something else
let touched = null;
document.addEventListener("pointerdown", (event) => {
  const grid = event.target.matches?.(GRIDS) ? event.target : null;
  if (touched?.isConnected && touched !== grid) leave(touched);
  if (grid) readGrid(grid, event);
  touched = event.pointerType === "touch" ? grid : null;
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches("canvas.av-strip:focus-visible")) chooseChannel(event.target, +event.target.ariaValueNow);
});
document.addEventListener("focusout", (event) => event.target.matches("canvas.av-strip") && leave(event.target));
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("canvas.av-strip")) return;
  const strip = event.target, last = gridOf(strip).values.length - 1, now = +strip.ariaValueNow;
  const next = { ArrowRight: now + 1, ArrowUp: now + 1, ArrowLeft: now - 1, ArrowDown: now - 1, PageUp: now + 10,
    PageDown: now - 10, Home: 0, End: last }[event.key];
  if (event.key === "Escape") return leave(strip);
  if (next === undefined) return;
  event.preventDefault();
  chooseChannel(strip, Math.min(Math.max(next, 0), last));
});

// A channel of a strip: its number and value at once, its features before and after the gate when they have come.
async function chooseChannel(strip, channel) {
  const said = say("channel_here", { channel, value: number(gridOf(strip).values[channel]) }) + usually(strip, channel);
  strip.ariaValueNow = channel;
  strip.ariaValueText = said;
  here(strip).textContent = said;
  const peek = Object.assign(peekAt(strip), { strip }), wanted = `${strip.dataset.model} ${strip.dataset.place} ${channel}`;
  peek.dataset.wanted = wanted;
  peek.querySelector("p").textContent = `${said}; ${say("features_loading")}`;
  const stack = await stackOf(strip).catch(() => null);
  if (!peek.isConnected || peek.dataset.wanted !== wanted) return;
  if (!stack) return peek.remove();
  const planes = [0, 1].map((side) => plane(stack, side, channel));
  const ends = planes.map(({ values }) => extent(values));
  const low = Math.min(0, ...ends.map(([least]) => least)), high = Math.max(...ends.map(([, most]) => most));
  const canvases = peek.querySelectorAll("canvas");
  planes.forEach((grid, side) => paintGrid(canvases[side], grid, low, high, tableOf("gray")));
  peek.querySelector("p").textContent =
    `${said}. ${say("features_of", { channel, low: number(low), high: number(high) })}`;
}

function plane({ values, width, height, channels }, side, channel) {
  const start = (side * channels + channel) * width * height;
  return { values: values.subarray(start, start + width * height), width, height };
}

function stackOf(strip) {
  const { model, place } = strip.dataset;
  const address = `attnviz/view/${strip.closest(".av-view").dataset.key}/features/${model}/${place}`;
  return remember(stacks, 8, address, () => fetchStack(address));
}

async function fetchStack(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.statusText);
  const [, channels, height, width] = answer.headers.get("X-Shape").split(",").map(Number);
  return { values: new Float32Array(await answer.arrayBuffer()), channels, height, width };
}

// The two pictures float under the strip, so that nothing on the page moves.
function peekAt(strip) {
  let peek = document.querySelector(".av-peek");
  if (!peek) {
    peek = Object.assign(document.createElement("div"), { className: "av-peek" });
    peek.innerHTML = "<div><canvas></canvas><canvas></canvas></div><p></p>";
    document.body.append(peek);
  }
  const box = strip.getBoundingClientRect(), width = 260;
  peek.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  peek.style.top = `${box.bottom + 8}px`;
  return peek;
}

// Lessons.

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.(".av-info");
  if (!button) return;
  const answer = await fetch(`attnviz/lesson/${button.dataset.topic}`);
  const text = Object.assign(document.createElement("div"), { innerHTML: answer.ok ? await answer.text() : say("gone") });
  openDialog(button.getAttribute("aria-label"), [text], button).classList.add("av-reading");
});
