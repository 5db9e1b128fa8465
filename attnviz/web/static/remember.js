// Returns the promise that `kept` has for a key, or the one that `make` gives; no more than `most` others are kept, and
// none that failed, so that it is asked for again.
export function remember(kept, most, key, make) {
  if (!kept.has(key)) {
    if (kept.size > most) kept.delete(kept.keys().next().value);
    kept.set(key, make().catch((error) => {
      kept.delete(key);
      throw error;
    }));
  }
  return kept.get(key);
}
