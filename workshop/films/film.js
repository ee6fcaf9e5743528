// Opens the film that the address names, ?film=one-stride, and hands window.film to whoever takes its frames:
// {story, draw(seconds)}. With &play the film runs in this window, for whoever works on it.
import { Stage } from "./stage.js";

const asked = new URLSearchParams(location.search);
const { default: makeFilm } = await import(`./stories/${asked.get("film")}.js`);
const stage = await Stage.open(document.getElementById("stage"));
await Promise.all(["600 40px 'Source Serif 4 Variable'", "500 40px 'Source Sans 3 Variable'"].map((font) => document.fonts.load(font)));
const { story, draw } = makeFilm(stage);

window.film = {
  story,
  draw(seconds) {
    stage.begin();
    draw(seconds);
    stage.draw();
  },
};
window.film.draw(0);

if (asked.has("play")) {
  const began = performance.now();
  const next = (now) => {
    window.film.draw(((now - began) / 1000) % story.seconds);
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}
