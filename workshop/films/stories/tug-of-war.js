// Lines of pull from the side: in front of the joint they flex, behind it they extend; then a stride as a tug of war.
import { along, clamp, during, mix, since } from "../timing.js";
import { change, draw, heading, label, limb, path, show, titleCard, words } from "../words.js";

const story = {
  slug: "tug-of-war",
  title: "Lines of pull and the tug of war",
  seconds: 45,
  poster: 1.6,
  summary:
    "The right hip from the side, facing right. Bold lines show where muscles pull, a flexor in front of the centre of the joint and an extensor behind it. Then a leg runs, and a rope between two teams shows which way the thigh moves and which lines are pulling.",
  chapters: [
    [0, "Lines of pull"],
    [4, "In front: flexes"],
    [11, "Behind: extends"],
    [18, "Distance counts"],
    [25, "The tug of war"],
    [40, "Two questions"],
  ],
  captions: [
    [0.4, 3.8, "A muscle can only pull, along its line.\nWhat does that do to the hip?"],
    [4.2, 7.4, "This line, of rectus femoris,\npasses in front of the joint."],
    [7.5, 10.8, "When it shortens, the thigh comes forward.\nThe hip flexes."],
    [11.2, 14.4, "This one, of a hamstring,\npasses behind the joint."],
    [14.5, 17.8, "When it shortens, the thigh goes back.\nThe hip extends."],
    [18.2, 21.4, "How far a line passes from the centre\nis its lever."],
    [21.5, 24.8, "The longer the lever, the more\nthe same pull turns the hip."],
    [25.2, 28.4, "Now run. After landing the hip extends:\nthe back lines drive it."],
    [28.5, 32.4, "In late stance it still extends, yet the front lines\npull. They brake, and are stretched."],
    [32.6, 35.8, "After push-off the front lines win.\nThey drive the thigh forward."],
    [36, 39.6, "Late in swing the back lines brake it,\nthen drive it back for the landing."],
    [40, 44.6, "So always ask two questions: which way is the hip\nmoving, and which lines are pulling?"],
  ],
  transcript: [
    [0, "Title: The tug of war. The bones of the right hip and thigh from the side, facing right. A muscle can only pull, along its line."],
    [4, "A bold line with an arrow appears along rectus femoris. It passes in front of the centre of the hip. When it shortens, the thigh comes forward: the hip flexes."],
    [11, "A line appears along semimembranosus, a hamstring. It passes behind the centre of the hip. When it shortens, the thigh goes back: the hip extends."],
    [18, "Close to the joint. Short bars show the levers: how far each line passes from the centre. That of psoas major is short, that of the hamstring long. The longer the lever, the more the same pull turns the hip."],
    [25, "A running stride, slowed down, and below it a rope between two teams, back lines and front lines. The knot shows which way the thigh moves. Early in stance the hip extends, and the back lines drive it: gluteus maximus and the hamstrings light up."],
    [29, "Late stance. The knot still moves towards the back, but the front lines are pulling: psoas major and iliacus light up. They brake, and are being stretched."],
    [32, "Early swing. The knot turns. The front lines, now with rectus femoris, drive the thigh forward."],
    [36, "Late swing. The thigh still comes forward, and the back lines are already pulling: they brake it for the next landing. Then they drive it back."],
    [40, "The stride goes on. Always ask two questions: which way is the hip moving, and which lines are pulling?"],
  ],
};

const FRONT = "#b0303a";
const BACK = "#2f5a8f";
const HIP = [-0.056276, -0.07849, 0.07726];
const FRONT_MUSCLES = ["rectus-femoris", "iliacus", "psoas-major"];
const BACK_MUSCLES = ["gluteus-maximus", "semimembranosus", "biceps-femoris-long-head", "semitendinosus"];
const ROPE = { left: 76, right: 536, y: 430 };
// The stride: seconds and per cent. It lingers in late stance, where motion and pull part.
const STRIDE = [[25, 0], [28.4, 18], [29, 21], [32.6, 42], [35.4, 68], [37.8, 84], [39.8, 100], [45, 215]];
// Which team pulls, by per cent of the stride, and what that does: [from, to, team, words].
const PULLS = [
  [0, 18, "back", "Early stance", "back lines drive"],
  [22, 42, "front", "Late stance", "front lines brake"],
  [44, 66, "front", "Early swing", "front lines drive"],
  [74, 84, "back", "Late swing", "back lines brake"],
  [85, 100, "back", "Late swing", "back lines drive"],
];

// A line of pull in bold, with an arrow at each end: a muscle draws both ends together.
function pullLine(colour) {
  const group = draw("g", {}, limb);
  const halo = draw("path", { fill: "none", stroke: "var(--paper)", "stroke-width": 15, "stroke-linejoin": "round", "stroke-linecap": "round" }, group);
  const line = draw("path", { fill: "none", stroke: colour, "stroke-width": 8, "stroke-linejoin": "round", "stroke-linecap": "round" }, group);
  const heads = [0, 1].map(() => draw("path", { fill: colour, stroke: "var(--paper)", "stroke-width": 3 }, group));
  return (share, points, squeeze = 0) => {
    show(group, share);
    change(line, { d: path(points) });
    change(halo, { d: path(points) });
    [points, [...points].reverse()].forEach((way, i) => {
      const [tip, angle] = onWay(way, 26 + 26 * squeeze);
      change(heads[i], { d: "M20 0L-16 -19L-16 19Z", transform: `translate(${tip[0].toFixed(1)} ${tip[1].toFixed(1)}) rotate(${angle.toFixed(1)})` });
    });
  };
}

// The place `distance` pixels along a way, and the direction there.
function onWay(points, distance) {
  let left = distance;
  for (let i = 1; i < points.length; i += 1) {
    const [[x, y], [u, v]] = [points[i - 1], points[i]];
    const step = Math.hypot(u - x, v - y);
    if (step >= left || i === points.length - 1) {
      const share = clamp(left / step);
      return [[mix(x, u, share), mix(y, v, share)], (Math.atan2(v - y, u - x) * 180) / Math.PI];
    }
    left -= step;
  }
  return [points[0], 0];
}

/**
 * The lever of a line of pull in the picture: the stretch that crosses the joint, drawn on if need be, and the foot of
 * the perpendicular from the joint's centre. Of all stretches it is the one whose distance is the solver's moment arm.
 */
function leverOf(stage, name) {
  const { points } = stage.solver.solve(name, stage.pose);
  const arm = Math.abs(stage.solver.momentArms(name, stage.pose).flexion);
  let best = { miss: Infinity };
  for (let i = 1; i < points.length; i += 1) {
    const [a, b] = [points[i - 1], points[i]];
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const share = ((HIP[0] - a[0]) * dx + (HIP[1] - a[1]) * dy) / (dx * dx + dy * dy);
    const foot = mix(a, b, share);
    const miss = Math.abs(Math.hypot(foot[0] - HIP[0], foot[1] - HIP[1]) - arm);
    if (miss < best.miss) best = { miss, a, b, foot, share };
  }
  const { a, b, foot, share } = best;
  const away = share < 0 ? a : share > 1 ? b : foot;
  return { foot: stage.at([foot[0], foot[1], HIP[2]]), from: stage.at([away[0], away[1], HIP[2]]) };
}

export default function film(stage) {
  const { solver } = stage;
  const card = titleCard("The tug of war", "Lines of pull at the hip");
  const front = heading("In front: flexes", "here, rectus femoris", FRONT);
  const back = heading("Behind: extends", "here, a hamstring", BACK);
  const distance = heading("Distance counts", "a long lever turns more");
  const teams = PULLS.map(([, , team, name, what]) => heading(name, what, team === "front" ? FRONT : BACK));
  const last = heading("Two questions");
  const asked = words("list questions", "<p>Which way is it moving?</p><p>Which lines are pulling?</p>", { top: 150 });

  const lines = { front: pullLine(FRONT), back: pullLine(BACK), lever: pullLine(FRONT) };
  const joint = draw("g");
  const centre = draw("circle", { r: 15, fill: "var(--paper)", stroke: "var(--ink)", "stroke-width": 6 }, joint);
  const levers = [FRONT, BACK].map((colour) => draw("path", { stroke: colour, "stroke-width": 10, "stroke-linecap": "butt" }));
  const onward = [FRONT, BACK].map((colour) => draw("path", { stroke: colour, "stroke-width": 4, "stroke-dasharray": "10 9" }));
  const leverNames = [label("short lever", FRONT, 118, -84), label("long lever", BACK, -130, -84)];

  const rope = draw("g");
  draw("path", { d: path([[ROPE.left, ROPE.y], [ROPE.right, ROPE.y]]), stroke: "#bda984", "stroke-width": 10, "stroke-linecap": "round" }, rope);
  draw("path", { d: path([[(ROPE.left + ROPE.right) / 2, ROPE.y - 26], [(ROPE.left + ROPE.right) / 2, ROPE.y + 26]]), stroke: "var(--ink-soft)", "stroke-width": 3 }, rope);
  const knot = draw("circle", { r: 19, fill: "var(--ink)", stroke: "var(--paper)", "stroke-width": 5 }, rope);
  const way = draw("path", { fill: "var(--ink)" }, rope);
  const sides = [["Back lines", BACK, ROPE.left, "start"], ["Front lines", FRONT, ROPE.right, "end"]].map(([text, fill, x, anchor]) =>
    Object.assign(draw("text", { x, y: ROPE.y + 76, fill, "text-anchor": anchor, style: "font-size:40px;font-weight:650" }, rope), { textContent: text }));

  const percentAt = (t) => along(t, STRIDE, false);
  const poseAt = (t) => {
    const alone = along(t, [[6.6, 0], [9.6, 38], [10.6, 38], [12.4, 12], [13.6, 12], [16.6, -18], [17.4, -18], [18.6, 0]]);
    const knee = along(t, [[6.6, 0], [9.6, 40], [10.6, 40], [12.4, 8], [24, 8]]);
    const share = since(t, 24, 1);
    const stride = solver.stride("fast", percentAt(Math.max(25, t)));
    const own = { flexion: alone, knee, adduction: 0, rotation: 0 };
    return Object.fromEntries(Object.entries(stride).map(([name, angle]) => [name, mix(own[name], angle, share)]));
  };

  return {
    story,
    draw(t) {
      stage.pose = poseAt(t);
      const close = Math.min(since(t, 18, 1.4), 1 - since(t, 24, 1.2));
      stage.look({ azimuth: mix(8, 2, close), elevation: 3, at: HIP, height: mix(1, 0.46, close), place: [mix(950, 905, close), mix(224, 300, close)] });
      stage.bone("femur-left", 0);
      stage.bone("hip-bone-left", 0);
      stage.bone("disc-pubic", 0);
      stage.bone("hip-bone", mix(1, 0.42, since(t, 17.6, 1.2)));

      const running = since(t, 24.6, 0.8);
      const percent = percentAt(t) % 100;
      const pull = (team) => Math.max(...PULLS.filter(([, , own]) => own === team).map(([from, to]) => Math.min(during(percent, from - 3, to + 3, 4), 1)));
      const pulls = { front: pull("front"), back: Math.max(pull("back"), percent > 96 || percent < 4 ? 1 : 0) };
      const intro = 1 - since(t, 3.2, 0.7);
      // That rectus femoris is stretched in late stance is disputed: it only drives here.
      const drives = during(percent, 41, 69, 4);
      for (const slug of FRONT_MUSCLES) {
        const isLong = slug === "rectus-femoris";
        const solo = isLong ? during(t, 4.2, 12, 0.8) * (1 - 0.55 * since(t, 4.8)) : slug === "psoas-major" ? during(t, 18.4, 24.8, 0.8) : 0;
        stage.muscle(slug, { shown: Math.max(intro, solo, running * mix(0.16, 1, isLong ? drives : pulls.front)), colour: FRONT });
      }
      for (const slug of BACK_MUSCLES) {
        const solo = slug === "semimembranosus" ? during(t, 11.2, 24.8, 0.8) * (1 - 0.55 * since(t, 11.8)) : 0;
        stage.muscle(slug, { shown: Math.max(intro, solo, running * mix(0.16, 1, pulls.back)), colour: BACK });
      }

      lines.front(during(t, 4.6, 11.2, 0.6), stage.line("recfem"), since(t, 6.6, 3));
      lines.back(during(t, 11.6, 24.2, 0.6), stage.line("semimem"), since(t, 13.6, 3) * (1 - since(t, 17.4, 1)));
      lines.lever(during(t, 19, 24.2, 0.6), stage.line("psoas"));
      const hip = stage.at(HIP);
      show(joint, during(t, 4, 24.6));
      change(centre, { cx: hip[0].toFixed(1), cy: hip[1].toFixed(1), r: mix(13, 17, close).toFixed(1) });
      const shown = during(t, 19.8, 24.1);
      ["psoas", "semimem"].forEach((name, i) => {
        const { foot, from } = leverOf(stage, name);
        const end = mix(hip, foot, since(t, 19.8, 1));
        show(levers[i], shown);
        show(onward[i], shown);
        change(levers[i], { d: path([hip, end]) });
        change(onward[i], { d: path([from, foot]) });
        leverNames[i].show(during(t, 20.6, 24.1), mix(hip, foot, 0.6));
      });

      show(card, 1 - since(t, 3.3, 0.6));
      show(front, during(t, 4.4, 11), 14);
      show(back, during(t, 11.3, 18), 14);
      show(distance, during(t, 18.3, 24.9), 14);
      const lasting = since(t, 40, 0.6);
      PULLS.forEach(([from, to], i) => show(teams[i], running * (1 - lasting) * during(percent, from - (from ? 1.5 : 9), to + (to < 100 ? 1.5 : 9), 2)));
      show(last, lasting, 14);
      show(asked, since(t, 40.5), 14);

      show(rope, running);
      const [least, most] = [-27.6, 45];
      const x = (angle) => mix(ROPE.left + 24, ROPE.right - 24, clamp((angle - least) / (most - least)));
      const angle = solver.stride("fast", percentAt(Math.max(25, t))).flexion;
      const turn = solver.stride("fast", percent + 0.6).flexion - solver.stride("fast", percent - 0.6 + 100).flexion;
      change(knot, { cx: x(angle).toFixed(1), cy: ROPE.y });
      const side = Math.sign(turn) || 1;
      const reach = 30 * clamp(Math.abs(turn) * 1.6);
      change(way, { d: path([[x(angle) + side * (26 + reach), ROPE.y - 34], [x(angle) + side * 4, ROPE.y - 48], [x(angle) + side * 4, ROPE.y - 20]]), opacity: clamp(Math.abs(turn)).toFixed(2) });
      sides.forEach((text, i) => (text.style.opacity = mix(0.35, 1, i ? pulls.front : pulls.back).toFixed(3)));
    },
  };
}
