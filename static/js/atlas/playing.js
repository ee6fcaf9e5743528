// Plays the running stride: real time or a quarter of it, round and round until paused. Where motion is to be
// reduced nothing moves by itself: there are only the steps from one moment of the stride to the next.

import { make } from "./making.js";
import { gettext } from "./strings.js";

const STRIDE_S = 0.75; // of a speed whose data do not tell it
const SLOW = 4;
const reduced = matchMedia("(prefers-reduced-motion: reduce)");

/** Buttons in `place`; `atlas` is {at(), speed(), stops(), go(percent)}: `go` draws, `stops` are the moments to step to. */
export function createPlayer(place, atlas, model) {
  const button = (words, act) => {
    const made = make("button", { type: "button", className: "atlas__button", textContent: words });
    made.addEventListener("click", act);
    place.append(made);
    return made;
  };
  const step = (sense) => {
    pause();
    const at = Math.round(atlas.at());
    const stops = atlas.stops();
    const next = sense > 0 ? stops.find((stop) => stop > at) ?? stops[0] : stops.findLast((stop) => stop < at) ?? stops.at(-1);
    atlas.go(next);
  };
  button(gettext("Step back"), () => step(-1));
  const play = button("", () => (frame ? pause() : start()));
  button(gettext("Step on"), () => step(1));
  const slow = make("input", { type: "checkbox", checked: true });
  const pace = make("label", { className: "atlas__pace" }, slow, gettext("Slow motion"));
  place.append(pace);

  let frame = 0;
  let last = 0;

  function tick(now) {
    const stride = (model.stride[atlas.speed()]?.stride_s ?? STRIDE_S) * (slow.checked ? SLOW : 1);
    const on = last ? (now - last) / 10 / stride : 0;
    last = now;
    atlas.go((atlas.at() + Math.min(on, 10)) % 100);
    frame = requestAnimationFrame(tick);
  }

  function start() {
    if (reduced.matches || frame) return;
    last = 0;
    frame = requestAnimationFrame(tick);
    show();
  }

  function pause() {
    if (!frame) return;
    cancelAnimationFrame(frame);
    frame = 0;
    atlas.go(Math.round(atlas.at()));
    show();
  }

  function show() {
    play.hidden = pace.hidden = reduced.matches;
    play.textContent = frame ? gettext("Pause") : gettext("Play the stride");
  }

  const changed = () => {
    if (reduced.matches) pause();
    show();
  };
  const hide = () => { if (document.hidden) pause(); };
  reduced.addEventListener("change", changed);
  document.addEventListener("visibilitychange", hide);
  show();

  return {
    pause,
    playing: () => Boolean(frame),
    leave() {
      pause();
      reduced.removeEventListener("change", changed);
      document.removeEventListener("visibilitychange", hide);
    },
  };
}
