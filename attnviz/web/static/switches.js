// The switches of the Stages tab: every gate left alone, at its mean or off. Whatever is set in a model's table is asked
// of the server in one request, which answers with the model's P, ranking and maps.

import { say } from "./look.js";

const KEPT = "kept", ALL = "all";

const sectionOf = (element) => element.closest(".av-model");
const switchesOf = (section) => [...section.querySelectorAll("select.av-switch")];
const gatesOf = (section) => switchesOf(section).filter(({ dataset }) => dataset.place !== ALL);

function keep(select) {
  select.value = KEPT;
  const alone = select.parentElement.querySelector(".av-alone");
  if (alone) alone.textContent = "";
}

// A gate and its own branches are not switched together, and "all" stands for what every gate is set to.
function settle(section, changed) {
  const { place, whole } = changed.dataset;
  if (place === ALL) {
    for (const gate of gatesOf(section)) {
      keep(gate);
      if (!gate.dataset.whole) gate.value = changed.value;
    }
    return;
  }
  keep(section.querySelector(`select.av-switch[data-place=${ALL}]`));
  if (changed.value === KEPT) return keep(changed);
  for (const other of gatesOf(section))
    if (other.dataset.whole === place || (whole && other.dataset.place === whole)) keep(other);
}

async function ask(section, changed) {
  const panel = section.querySelector(".av-switches"), answer = panel.querySelector(".av-switched");
  const view = section.closest(".av-view"), all = section.querySelector(`select.av-switch[data-place=${ALL}]`);
  const set = (all.value === KEPT ? gatesOf(section) : [all]).filter(({ value }) => value !== KEPT);
  panel.querySelector(".av-switch-reset").disabled = !set.length;
  const query = new URLSearchParams(set.map(({ dataset, value }) => ["switch", `${dataset.place}:${value}`]));
  if (set.includes(changed) && changed !== all) query.set("alone", changed.dataset.place);
  section.asked = query.toString();
  if (!set.length) {
    if (answer.childElementCount) view.removeAttribute("data-painted"); // a shared scale need not heed its maps any more
    return answer.replaceChildren();
  }
  if (!answer.childElementCount) answer.append(line(say("switch_waiting")));
  answer.setAttribute("aria-busy", "true");
  const address = `attnviz/view/${view.dataset.key}/switched/${encodeURIComponent(panel.dataset.model)}?${query}`;
  const reply = await fetch(address).catch(() => null);
  const said = await reply?.json().catch(() => null);
  if (section.asked !== query.toString() || !section.isConnected) return; // another switch was set meanwhile
  answer.removeAttribute("aria-busy");
  if (!reply?.ok) {
    answer.replaceChildren(line(typeof said?.detail === "string" ? said.detail : say("no_answer")));
    return;
  }
  view.removeAttribute("data-painted"); // so that the new maps are painted with the others
  answer.innerHTML = said.html;
  const alone = changed.parentElement.querySelector(".av-alone");
  if (alone && changed.value !== KEPT) alone.textContent = said.alone;
}

function line(text) {
  return Object.assign(document.createElement("p"), { className: "av-small", textContent: text });
}

document.addEventListener("change", (event) => {
  if (!event.target.matches?.("select.av-switch")) return;
  const section = sectionOf(event.target);
  settle(section, event.target);
  ask(section, event.target);
});

document.addEventListener("click", (event) => {
  if (!event.target.matches?.(".av-switch-reset")) return;
  const section = sectionOf(event.target);
  switchesOf(section).forEach(keep);
  ask(section, event.target);
  section.querySelector("select.av-switch").focus(); // the button is disabled now
});
