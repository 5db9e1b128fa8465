// Maps are drawn here by the rules of attnviz.draw: ReLU unless signed, divided by the scale's top, enlarged
// bilinearly with half-pixel centres (or a square a cell), coloured from a table of 256, blended with the photo.

const fields = new WeakMap(); // canvas -> its map, enlarged by each rule that was asked for

export function gridOf(canvas) {
  if (!canvas.grid) {
    const bytes = Uint8Array.from(atob(canvas.dataset.grid), (letter) => letter.charCodeAt(0));
    canvas.grid = { values: new Float32Array(bytes.buffer), width: +canvas.dataset.width, height: +canvas.dataset.height };
  }
  return canvas.grid;
}

export function isDrawn(canvas, signed) {
  return canvas.dataset.why === "" || (signed && canvas.dataset.why === "no-positive");
}

export function largest(values, signed) {
  let top = 0;
  for (const value of values) top = Math.max(top, signed ? Math.abs(value) : value);
  return top;
}

export function difference(model, base, top, signed) {
  const part = signed ? (value) => value : (value) => Math.max(value, 0);
  const values = model.values.map((value, cell) => (top > 0 ? (part(value) - part(base.values[cell])) / top : 0));
  return { values, width: model.width, height: model.height };
}

export function isFlat(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) return true;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high - low <= 1e-6 * Math.max(Math.abs(low), Math.abs(high));
}

// The cell that a pixel's centre is in, by whole numbers as attnviz.images.squares.
export const cellOf = (pixel, count, side) => Math.floor(((2 * pixel + 1) * count) / (2 * side));

function taps(count, side) {
  // for each pixel the two nearest cells and the share of the second
  const first = new Int32Array(side), second = new Int32Array(side), share = new Float32Array(side);
  for (let pixel = 0; pixel < side; pixel++) {
    const place = Math.min(Math.max(((pixel + 0.5) * count) / side - 0.5, 0), count - 1);
    first[pixel] = Math.floor(place);
    second[pixel] = Math.min(first[pixel] + 1, count - 1);
    share[pixel] = place - first[pixel];
  }
  return { first, second, share };
}

export function upsample({ values, width, height }, side, { relu, cells }) {
  const source = relu ? values.map((value) => Math.max(value, 0)) : values;
  const fine = new Float32Array(side * side);
  const across = taps(width, side), down = taps(height, side), row = new Float32Array(width);
  for (let y = 0, at = 0; y < side; y++) {
    if (cells) {
      const start = cellOf(y, height, side) * width;
      for (let x = 0; x < side; x++) fine[at++] = source[start + cellOf(x, width, side)];
      continue;
    }
    const above = down.first[y] * width, below = down.second[y] * width, share = down.share[y];
    for (let x = 0; x < width; x++) row[x] = source[above + x] + share * (source[below + x] - source[above + x]);
    for (let x = 0; x < side; x++) {
      const left = row[across.first[x]];
      fine[at++] = left + across.share[x] * (row[across.second[x]] - left);
    }
  }
  return fine;
}

export function sample({ values, width, height }, u, v, cells) {
  const column = u * width - 0.5, line = v * height - 0.5;
  if (cells) return values[Math.min(Math.floor(v * height), height - 1) * width + Math.min(Math.floor(u * width), width - 1)];
  const clamp = (place, count) => Math.min(Math.max(place, 0), count - 1);
  const x = clamp(column, width), y = clamp(line, height), left = Math.floor(x), above = Math.floor(y);
  const right = Math.min(left + 1, width - 1), below = Math.min(above + 1, height - 1);
  const mix = (a, b, share) => a + share * (b - a);
  const at = (i, j) => values[i * width + j];
  return mix(mix(at(above, left), at(above, right), x - left), mix(at(below, left), at(below, right), x - left), y - above);
}

function enlarged(canvas, grid, side, rule) {
  if (fields.get(canvas)?.grid !== grid) fields.set(canvas, { grid, by: {} });
  return (fields.get(canvas).by[JSON.stringify([side, rule])] ??= upsample(grid, side, rule));
}

const blank = (side) => {
  const context = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  const picture = context.createImageData(side, side);
  return { side, context, picture, pixels: new Uint32Array(picture.data.buffer), steps: new Uint8ClampedArray(side * side) };
};

// Fills a sheet with the map's colours alone, transparent below the threshold.
function colour({ context, picture, pixels, steps }, fine, { top, signed, table, threshold }) {
  const colours = Uint32Array.from({ length: 256 }, (_, step) =>
    0xff000000 | (table[3 * step + 2] << 16) | (table[3 * step + 1] << 8) | table[3 * step]);
  const stretch = 255 / (signed ? 2 * top : top), shift = signed ? top : 0, cut = threshold * top;
  for (let pixel = 0; pixel < steps.length; pixel++) steps[pixel] = (fine[pixel] + shift) * stretch; // rounds and clamps
  for (let pixel = 0; pixel < steps.length; pixel++) pixels[pixel] = colours[steps[pixel]];
  if (cut > 0) for (let pixel = 0; pixel < steps.length; pixel++) if (Math.abs(fine[pixel]) < cut) pixels[pixel] = 0;
  context.putImageData(picture, 0, 0);
}

// Draws a grid on a canvas over the pixels of a photo (RGBA, side x side); without a grid, the photo alone.
export function paint(canvas, photo, grid, { top, signed, table, opacity, threshold, cells }) {
  const side = photo.width;
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.putImageData(photo, 0, 0);
  if (!grid || !(top > 0)) return;
  if (canvas.sheet?.side !== side) canvas.sheet = blank(side);
  const sheet = canvas.sheet, name = JSON.stringify([top, signed, threshold, cells]);
  if (sheet.grid !== grid || sheet.table !== table || sheet.name !== name) {
    colour(sheet, enlarged(canvas, grid, side, { relu: !signed, cells }), { top, signed, table, threshold });
    Object.assign(sheet, { grid, table, name });
  }
  context.globalAlpha = opacity;
  context.drawImage(sheet.context.canvas, 0, 0);
  context.globalAlpha = 1;
}
