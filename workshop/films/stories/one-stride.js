// One stride of the right leg from the side: the flexors brake the thigh, then they drive it.
import { along, clamp, during, ease, mix, since } from "../timing.js";
import { stretchColour } from "../stage.js";
import { change, draw, heading, label, path, show, titleCard, words } from "../words.js";

const story = {
  slug: "one-stride",
  title: "One stride, two roles",
  seconds: 43,
  poster: 1.15,
  summary:
    "The right hip from the side, in one running stride at 4 metres a second, slowed down. The pelvis is held still, so that only the leg moves. Iliacus and psoas major take on the colour of their length, blue for longer than in standing and red for shorter. A curve beside them draws the length of iliacus, as a computer skeleton works it out from the recorded joint angles.",
  chapters: [
    [0, "The deep pair"],
    [10, "Foot down"],
    [15, "Late stance: brake"],
    [25, "Swing: drive"],
    [34, "The whole stride"],
  ],
  captions: [
    [0.4, 3.8, "One running stride,\nseen from the hip flexors."],
    [4.2, 9.6, "Psoas major and iliacus lie deep at the front of the hip.\nBoth end at the lesser trochanter of the femur."],
    [10, 14.6, "The foot lands with the thigh in front.\nFrom here the hip extends."],
    [15, 19.8, "In late stance the thigh moves behind you.\nThe flexors pull while they lengthen: they brake it."],
    [20, 24.6, "Like a slingshot being drawn. They are longest\naround toe-off, near 42 per cent of the stride."],
    [25, 29.3, "Then the tide turns. Now they pull\nwhile they shorten, and drive the thigh forward."],
    [29.5, 33.6, "Near 82 per cent the thigh is furthest forward\nand iliacus is at its shortest."],
    [34, 38.3, "The same two muscles, a fraction\nof a second apart:"],
    [38.5, 42.6, "first a brake, then a drive.\nTrain them for both."],
  ],
  transcript: [
    [0, "Title: One stride, two roles. The bones of the pelvis and the right thigh, seen from the right side."],
    [4, "Psoas major grows from the lower spine, iliacus from the hollow of the pelvis. Both lie deep at the front of the hip and end at the lesser trochanter of the femur."],
    [10, "The foot lands with the thigh in front, and the hip begins to extend. From now on blue means longer than in standing, red means shorter, and a curve draws the length of iliacus over the stride."],
    [15, "Late stance. The thigh moves behind the body. The flexors pull while they lengthen: they brake it. Both turn blue and the curve climbs, like a slingshot being drawn."],
    [22, "They are longest around toe-off, near 42 per cent of the stride."],
    [25, "Swing. Now they pull while they shorten, and drive the thigh forward and up. The blue fades, the muscles turn red and the curve falls."],
    [30, "Near 82 per cent of the stride the thigh is furthest forward, and iliacus is at its shortest, about 45 millimetres shorter than at toe-off."],
    [34, "The stride twice over, without a halt: first a brake, then a drive. The two roles belong to the same muscles, a fraction of a second apart."],
  ],
};

const COLOURS = { "psoas-major": "#9c1f63", iliacus: "#d9503f" };
const SPEED = "fast";
const STOPS = [[10.4, 0], [21.6, 42], [24.6, 42], [31, 82], [33.6, 82]];
const CHART = { left: 118, right: 536, top: 262, bottom: 466 };

// Behind the title half a stride; then foot strike, halts at the longest and the shortest; at last two strides on end.
function percentAt(t) {
  if (t < 4.2) return mix(26, 98, t / 4.2);
  if (t <= 10) return 0;
  if (t >= 33.6) return along(t, [[33.6, 82], [34.6, 94], [42, 285], [43, 300]], false);
  return along(t, STOPS);
}

function poseAt(solver, t) {
  const share = Math.max(1 - since(t, 3.3, 0.9), since(t, 8.2, 1.8));
  const stride = solver.stride(SPEED, percentAt(t));
  return Object.fromEntries(Object.entries(stride).map(([name, angle]) => [name, angle * share]));
}

export default function film(stage) {
  const { solver } = stage;
  const lengths = Array.from({ length: 101 }, (_, percent) => solver.muscle("iliacus", solver.stride(SPEED, percent)));
  const most = Math.max(...lengths.map(({ length }) => length));
  const least = Math.min(...lengths.map(({ length }) => length));
  const x = (percent) => mix(CHART.left, CHART.right, percent / 100);
  const y = (length) => mix(CHART.bottom - 22, CHART.top + 22, (length - least) / (most - least));

  const card = titleCard(story.title, "What the hip flexors do while you run");
  const names = heading("The deep pair", "Two muscles, one end point");
  const texts = [
    [10.2, 14.7, heading("Foot down", "the hip begins to extend")],
    [15.2, 24.6, heading("Late stance: brake", "they lengthen while they pull", "#1f5fb0")],
    [25.2, 33.6, heading("Swing: drive", "they shorten and lift the thigh", "#a32c1b")],
    [34.2, 42.9, heading("Brake, then drive", "one stride, two roles")],
  ];
  const labels = { psoas: label("Psoas major", COLOURS["psoas-major"], 96, -34), iliacus: label("Iliacus", "#b23a2a", 148, 40) };

  const chart = draw("g");
  const stance = x(35);
  const scale = draw("linearGradient", { id: "scale", x1: 0, y1: 0, x2: 0, y2: 1 }, draw("defs", {}, chart));
  for (let i = 0; i <= 10; i += 1) {
    const length = mix(most, least, i / 10);
    const standing = solver.muscle("iliacus", {}).length;
    draw("stop", { offset: i / 10, "stop-color": `#${stretchColour(length / standing - 1).getHexString()}` }, scale);
  }
  draw("rect", { x: x(0), y: CHART.top, width: stance - x(0), height: CHART.bottom - CHART.top, fill: "var(--bone)" }, chart);
  draw("rect", { x: x(0) - 30, y: CHART.top, width: 16, height: CHART.bottom - CHART.top, rx: 8, fill: "url(#scale)" }, chart);
  const text = (value, attributes) => Object.assign(draw("text", { class: "small", ...attributes }, chart), { textContent: value });
  text("longer", { x: x(0), y: CHART.top - 16 });
  text("shorter", { x: x(0) + 10, y: CHART.bottom - 12 });
  text("Iliacus", { x: x(100), y: CHART.top - 16, "text-anchor": "end", style: "fill:var(--ink)" });
  draw("path", { d: path([[x(0), CHART.bottom], [x(100), CHART.bottom]]), stroke: "var(--ink)", "stroke-width": 3 }, chart);
  const bars = [[0, 35, "Stance", "#d9c9a4"], [35, 100, "Swing", "var(--bone)"]].map(([from, to, name, fill]) => {
    const bar = draw("rect", { x: x(from), y: CHART.bottom + 22, width: x(to) - x(from), height: 52, fill }, chart);
    text(name, { x: (x(from) + x(to)) / 2, y: CHART.bottom + 61, "text-anchor": "middle", style: "fill:var(--ink)" });
    return bar;
  });
  const all = lengths.map(({ length }, percent) => [x(percent), y(length)]);
  draw("path", { d: path(all), fill: "none", stroke: "var(--line)", "stroke-width": 4 }, chart);
  const drawn = draw("path", { fill: "none", stroke: "var(--ink)", "stroke-width": 5, "stroke-linejoin": "round" }, chart);
  const now = draw("path", { fill: "var(--ink)" }, chart);
  const dot = draw("circle", { r: 15, stroke: "var(--paper)", "stroke-width": 4 }, chart);

  return {
    story,
    draw(t) {
      stage.pose = poseAt(solver, t);
      stage.look({
        azimuth: 14 - 5 * Math.sin(t / 6.8),
        elevation: 3,
        at: [-0.056, -0.0785, 0.077],
        height: 0.94,
        place: [968, 232],
      });
      stage.bone("femur-left", 0);
      stage.bone("hip-bone-left", 0);
      stage.bone("disc-pubic", 0);
      // Like glass, for both muscles lie on the inside of the hip bone.
      stage.bone("hip-bone", 0.42);
      const title = 1 - since(t, 3.1, 0.7);
      const stretch = Math.max(title > 0 ? 1 : 0, since(t, 9, 1.4));
      for (const [slug, begins] of [["psoas-major", 4.4], ["iliacus", 5.2]]) {
        const grown = t < 4 ? 1 : since(t, begins, 2.2) * 1.04;
        stage.muscle(slug, { shown: t < 4 ? title : 1, grown, colour: COLOURS[slug], stretch });
        for (const kind of ["origin", "insertion"]) {
          const begun = kind === "origin" ? begins - 0.4 : begins + 1.8;
          stage.patch(slug, kind, { shown: during(t, begun, 10, 0.7), glow: during(t, begun, begun + 1.4) });
        }
      }
      show(card, title);
      show(names, during(t, 4.2, 9.6));
      for (const [from, to, element] of texts) show(element, during(t, from, to), 14);
      labels.psoas.show(during(t, 5.4, 9.4), stage.at([-0.072, 0.09, 0.035]));
      labels.iliacus.show(during(t, 6.4, 9.4), stage.at([-0.03, -0.01, 0.09]));

      const percent = percentAt(t);
      const here = percent > 0 && percent % 100 === 0 ? 100 : percent % 100;
      const { length, relative } = solver.muscle("iliacus", stage.pose);
      show(chart, since(t, 10, 1));
      change(drawn, { d: path([...all.slice(0, Math.floor(here) + 1), [x(here), y(solver.muscle("iliacus", solver.stride(SPEED, here)).length)]]) });
      change(now, { d: `${path([[x(here), CHART.bottom + 4], [x(here) - 11, CHART.bottom + 22], [x(here) + 11, CHART.bottom + 22]])}Z` });
      change(dot, { cx: x(here).toFixed(1), cy: y(clamp(length, least, most)).toFixed(1), fill: `#${stretchColour(relative).getHexString()}` });
      bars.forEach((bar, i) => change(bar, { opacity: (here < 35) === (i === 0) ? 1 : 0.45 }));
    },
  };
}
