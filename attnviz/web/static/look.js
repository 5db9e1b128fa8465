// How maps are drawn: what the form .av-look says, and a call for whoever must know when it changes.

const listeners = new Set();
let tables;

export const form = () => document.querySelector("form.av-look");

// The colours of a map's name, 256 times red, green, blue.
export function tableOf(name) {
  if (!tables) {
    tables = {};
    for (const [name, code] of Object.entries(JSON.parse(form().dataset.tables)))
      tables[name] = Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0));
  }
  return tables[name];
}

export function look() {
  const controls = form();
  if (!controls) return null;
  const { opacity, threshold, colormap, scale, signed, cells, difference } = controls.elements;
  return {
    opacity: +opacity.value, threshold: +threshold.value, colormap: colormap.value, scale: scale.value,
    signed: signed.checked, cells: cells.checked, difference: difference.checked,
    table: tableOf(colormap.value), signedTable: tableOf(controls.dataset.signed),
  };
}

export function asQuery(chosen) {
  const { opacity, threshold, colormap, scale, signed, cells, difference } = chosen;
  return new URLSearchParams({ opacity, threshold, colormap, scale, signed, cells, difference }).toString();
}

export function say(key, values = {}) {
  const texts = JSON.parse(form().dataset.texts);
  return texts[key].replace(/{(\w+)}/g, (whole, name) => values[name] ?? whole);
}

export const onLook = (listener) => listeners.add(listener);

function told() {
  for (const label of form().querySelectorAll(".av-range"))
    label.querySelector("b").textContent = `${Math.round(100 * label.querySelector("input").value)}%`;
  for (const listener of listeners) listener();
}

document.addEventListener("input", (event) => event.target.closest(".av-look") && told());
document.addEventListener("reset", (event) => event.target.matches(".av-look") && setTimeout(told));
document.addEventListener("submit", (event) => event.target.matches(".av-look") && event.preventDefault());
