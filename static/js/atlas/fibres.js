// Fibres beside a line of pull, by the rules of anatomy/atlas/fibres.py: each follows its line, shifted at both ends to
// where it attaches. Where a line runs on in a tendon its fibres end before it, as they do in standing.

const MOST_CUT = 0.4; // of the line, at each end

const mix = (a, b, share) => a.map((value, axis) => value + (b[axis] - value) * share);
const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
const place = ({ R, p }, point) => R.map((row, i) => row[0] * point[0] + row[1] * point[1] + row[2] * point[2] + p[i]);
const ahead = (origin, towards, point) => {
  const along = origin.reduce((sum, value, axis) => sum + (point[axis] - value) * (towards[axis] - value), 0);
  return along / (apart(origin, towards) || 1);
};
const lengthsOf = (points) => points.slice(1).map((point, i) => apart(points[i], point));
const total = (lengths) => lengths.reduce((sum, length) => sum + length, 0);

/** The part of a line that begins `skip` after its start and ends `leave` before its end. */
function cut(points, skip, leave) {
  const lengths = lengthsOf(points);
  const goal = total(lengths) - leave;
  const kept = [];
  let done = 0;
  lengths.forEach((length, i) => {
    const [before, after] = [points[i], points[i + 1]];
    if (length && done <= skip && skip < done + length) kept.push(mix(before, after, (skip - done) / length));
    if (skip < done + length && done + length < goal) kept.push(after);
    if (length && done < goal && goal <= done + length) kept.push(mix(before, after, (goal - done) / length));
    done += length;
  });
  return kept.length > 1 ? kept : points;
}

function shifted(points, start, end) {
  const lengths = lengthsOf(points);
  const whole = total(lengths);
  const [first, last] = [points[0], points.at(-1)];
  let done = 0;
  return points.map((point, i) => {
    if (i) done += lengths[i - 1];
    const share = done / whole;
    return point.map((value, axis) => value + (start[axis] - first[axis]) * (1 - share) + (end[axis] - last[axis]) * share);
  });
}

/** A muscle's fibres (`strands`: {line, from: [body, point], to}): at a pose they give the points of each one. */
export function createFibres(strands, standing, frames) {
  const cuts = strands.map(({ line, from, to }) => {
    const { points } = standing[line];
    const most = MOST_CUT * total(lengthsOf(points));
    const clamp = (value) => Math.min(most, Math.max(0, value));
    return [
      clamp(ahead(points[0], points[1], place(frames[from[0]], from[1]))),
      clamp(ahead(points.at(-1), points.at(-2), place(frames[to[0]], to[1]))),
    ];
  });
  return (lines, bodies) => strands.map(({ line, from, to }, i) => (
    shifted(cut(lines[line].points, ...cuts[i]), place(bodies[from[0]], from[1]), place(bodies[to[0]], to[1]))
  ));
}
