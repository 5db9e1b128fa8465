// One dialog at a time; it closes by its button, Escape or a click beside it, and gives the focus back.

import { say } from "./look.js";

export function openDialog(label, content, opener) {
  const dialog = document.createElement("dialog");
  dialog.className = "av-dialog";
  dialog.setAttribute("aria-label", label);
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: say("close") });
  close.onclick = () => dialog.close();
  close.className = "av-close";
  dialog.append(close, ...content);
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.onclose = () => {
    dialog.remove();
    opener.focus();
  };
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
