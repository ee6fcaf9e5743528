// What a pose does, in words: the twin of anatomy/atlas/words.py, which says the same on the server.

import { fill, gettext } from "./strings.js";

export const AXES = ["flexion", "adduction", "rotation"];
const LEAST_LEVER_MM = 3; // a shorter lever hardly turns the hip
const LEAST_CHANGE_MM = 1;
const MOST_NAMED = 3; // muscles in one sentence
const MINUS = "−";

export const rounded = (value) => Math.floor(value + 0.5);
export const degrees = (value) => (rounded(value) < 0 ? `${MINUS}${-rounded(value)}` : `${rounded(value)}`);
export const signed = (value) => (value > 0 ? `+${value}` : value < 0 ? `${MINUS}${-value}` : "0");
const upper = (words) => words[0].toUpperCase() + words.slice(1);
const lower = (words) => words[0].toLowerCase() + words.slice(1);

/** A solver's metres as whole millimetres. */
export function numbersOf({ length, relative, flexion, adduction, rotation }) {
  return {
    change: rounded((length - length / (1 + relative)) * 1000),
    percent: rounded(relative * 100),
    flexion: rounded(flexion * 1000),
    adduction: rounded(adduction * 1000),
    rotation: rounded(rotation * 1000),
    relative,
  };
}

const speedName = (speed) => (speed === "slow" ? gettext("2.5 m/s") : gettext("4.0 m/s"));

/** The phase of the stride at `percent`, with the foot on the ground until `stance`: stance in thirds, swing in halves. */
export function phaseName(percent, stance) {
  const share = percent % 100;
  if (share >= stance) return share < (stance + 100) / 2 ? gettext("early swing") : gettext("late swing");
  const third = share / stance;
  return third < 1 / 3 ? gettext("early stance") : third < 2 / 3 ? gettext("middle of stance") : gettext("late stance");
}

function deed(axis, lever) {
  if (axis === "flexion") return lever > 0 ? gettext("flexes") : gettext("extends");
  if (axis === "adduction") return lever > 0 ? gettext("adducts") : gettext("abducts");
  return lever > 0 ? gettext("turns in") : gettext("turns out");
}

/** A lever for a list of numbers: “flexes, lever 42 mm”. */
export function leverWords(axis, lever) {
  const mm = Math.abs(lever);
  if (mm >= LEAST_LEVER_MM) return fill(gettext("%(does)s, lever %(mm)s mm"), { does: deed(axis, lever), mm });
  return fill({
    flexion: gettext("hardly flexes or extends (%(mm)s mm)"),
    adduction: gettext("hardly adducts or abducts (%(mm)s mm)"),
    rotation: gettext("hardly turns in or out (%(mm)s mm)"),
  }[axis], { mm });
}

/** A length against standing: “38 mm shorter than in standing (−14 %)”. */
export function lengthWords({ change, percent }) {
  if (Math.abs(change) < LEAST_CHANGE_MM) return gettext("as long as in standing");
  const words = change < 0
    ? gettext("%(mm)s mm shorter than in standing (%(percent)s %%)")
    : gettext("%(mm)s mm longer than in standing (%(percent)s %%)");
  return fill(words, { mm: Math.abs(change), percent: signed(percent) });
}

export const shortLength = ({ change }) => fill(gettext("%(mm)s mm"), { mm: signed(change) });

/** The pose: “Hip bent 60°, knee bent 90°”; “Standing” without any angle. */
export function poseWords({ flexion, adduction, rotation, knee }) {
  const parts = [
    [flexion, gettext("hip bent %(angle)s°"), gettext("thigh back %(angle)s°")],
    [adduction, gettext("thigh across %(angle)s°"), gettext("thigh out to the side %(angle)s°")],
    [rotation, gettext("thigh turned in %(angle)s°"), gettext("thigh turned out %(angle)s°")],
    [knee, gettext("knee bent %(angle)s°"), ""],
  ].flatMap(([value, more, less]) => {
    const angle = rounded(Math.abs(value));
    return angle ? [fill(value > 0 ? more : less, { angle })] : [];
  });
  return upper(parts.join(", ") || gettext("standing"));
}

function does(numbers, told) {
  const axis = told || AXES.reduce((best, other) => (Math.abs(numbers[other]) > Math.abs(numbers[best]) ? other : best));
  const lever = Math.abs(numbers[axis]);
  if (lever >= LEAST_LEVER_MM) {
    return fill(gettext("%(does)s with a lever of %(lever)s mm"), { does: deed(axis, numbers[axis]), lever });
  }
  return {
    "": gettext("has hardly any lever"),
    flexion: gettext("hardly flexes or extends"),
    adduction: gettext("hardly adducts or abducts"),
    rotation: gettext("hardly turns in or out"),
  }[told];
}

function muscleWords(name, numbers, standing, axis) {
  const mm = Math.abs(numbers.change);
  const values = { muscle: lower(name), mm, does: does(numbers, axis) };
  if (standing) return fill(gettext("%(muscle)s %(does)s"), values);
  if (mm < LEAST_CHANGE_MM) return fill(gettext("%(muscle)s is as long as in standing and %(does)s"), values);
  if (numbers.change < 0) return fill(gettext("%(muscle)s is %(mm)s mm shorter than in standing and %(does)s"), values);
  return fill(gettext("%(muscle)s is %(mm)s mm longer than in standing and %(does)s"), values);
}

/**
 * What the picture shows: `muscles` are [name, numbers], null where they are not to be spoken of; `stride` is {speed, at} when the pose is one of it;
 * else `moved` is the angle that is being moved: once it is not 0, the sentence is about its axis.
 */
export function sentence(pose, muscles, stride, moved) {
  const standing = Object.values(pose).every((angle) => rounded(Math.abs(angle)) === 0);
  let start = poseWords(pose);
  if (stride) {
    start = fill(gettext("Running at %(speed)s, %(percent)s %% of the stride: %(pose)s"), {
      speed: speedName(stride.speed),
      percent: stride.at,
      pose: lower(start),
    });
  }
  if (!muscles) return `${start}.`;
  if (!muscles.length) return fill(gettext("%(pose)s. No muscle is chosen."), { pose: start });
  const named = muscles.length > MOST_NAMED + 1 ? MOST_NAMED : muscles.length; // one more is as short as its count
  const axis = !stride && AXES.includes(moved) && rounded(Math.abs(pose[moved])) ? moved : "";
  const told = muscles.slice(0, named).map(([name, numbers]) => muscleWords(name, numbers, standing, axis));
  told[0] = upper(told[0]);
  if (muscles.length > told.length) {
    told.push(fill(gettext("the other %(count)s are in the list"), { count: muscles.length - told.length }));
  }
  return `${start}. ${told.join("; ")}.`;
}
