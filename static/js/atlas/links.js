// The links of a picture: one stop of the Tab key, with arrow keys from one to the next, and easy to hit.

const AROUND = [6, 12]; // pixels
const SPOKES = 8;
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Make `stops` one stop, which begins at `first`; to be called once for each set of links. */
export function rove(stops, first = stops[0]) {
  const stand = (link) => {
    for (const stop of stops) stop.setAttribute("tabindex", stop === link ? "0" : "-1");
  };
  stops.forEach((stop, i) => {
    stop.addEventListener("focus", () => stand(stop));
    stop.addEventListener("keydown", (event) => {
      if (!(event.key in STEPS)) return;
      event.preventDefault();
      stops.at((i + STEPS[event.key]) % stops.length).focus({ preventScroll: true });
    });
  });
  stand(first);
}

/** The link under a click or tap; patches are small and fingers are not, so a miss looks around itself. */
export function linkAt({ target, clientX, clientY }) {
  let link = target.closest("a");
  for (const radius of AROUND) {
    for (let spoke = 0; !link && spoke < SPOKES; spoke += 1) {
      const angle = (2 * Math.PI * spoke) / SPOKES;
      const under = document.elementFromPoint(clientX + radius * Math.cos(angle), clientY + radius * Math.sin(angle));
      link = under?.closest(".atlas__picture a") ?? null;
    }
  }
  return link;
}
