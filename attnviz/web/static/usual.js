// What a channel of a gate usually is: its mean over many photos, and over those of the class that is explained.

import { say } from "./look.js";
import { number } from "./numbers.js";

const read = (data) => new Float32Array(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)).buffer);

// Returns "; usually 0.48, for lion 0.52", or nothing where that is not known.
export function usually(strip, channel) {
  const { usual, usualClass, usualName } = strip.dataset;
  if (!usual) return "";
  const all = say("usual_here", { value: number(read(usual)[channel]) });
  if (!usualClass) return all;
  return all + say("usual_here_class", { value: number(read(usualClass)[channel]), name: usualName });
}
