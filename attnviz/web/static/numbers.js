// Numbers as people read them.

export const number = (value) => (Number.isFinite(value) ? Number(value.toPrecision(3)).toString() : "–");
export const percent = (share) => `${Math.round(100 * share)} %`;
