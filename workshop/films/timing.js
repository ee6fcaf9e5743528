// Time in a film: seconds in, shares from 0 to 1 out. Pure functions, so that a frame is the same whenever it is drawn.

export const clamp = (x, low = 0, high = 1) => Math.min(high, Math.max(low, x));
export const mix = (a, b, share) => (Array.isArray(a) ? a.map((x, i) => mix(x, b[i], share)) : a + (b - a) * share);
export const ease = (x) => clamp(x) ** 2 * (3 - 2 * clamp(x));

/** How far something that begins at `from` and takes `seconds` has come. */
export const since = (t, from, seconds = 0.6) => ease((t - from) / seconds);

/** How much of something is there that comes at `from` and has gone by `to`. */
export const during = (t, from, to, fade = 0.5) => Math.min(since(t, from, fade), 1 - since(t, to - fade, fade));

/** The value at `t` between stops [seconds, value]; it rests at none of them, and eases where `soft`. */
export function along(t, stops, soft = true) {
  const next = stops.findIndex(([time]) => time > t);
  if (next === 0) return stops[0][1];
  if (next < 0) return stops.at(-1)[1];
  const [[from, a], [to, b]] = [stops[next - 1], stops[next]];
  const share = (t - from) / (to - from);
  return mix(a, b, soft ? ease(share) : share);
}
