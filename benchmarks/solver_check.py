"""Compare both muscle solvers with a table of OpenSim's lengths and moment arms.

    python -m benchmarks.solver_check table.csv

The table has the columns muscle (the name of a line of pull), hip_flexion_deg, hip_adduction_deg, hip_rotation_deg,
knee_flexion_deg, length_m, ma_flexion_m, ma_adduction_m, ma_internal_rotation_m; others are not read. Positive is
flexion, adduction and internal rotation. Where there is a column model, rows of another model than Rajagopal's are
skipped: their lines may have the same names. tests/anatomy/data/moment_arms.csv is such a table.

Prints the largest errors of each line in millimetres for static/js/atlas/solver.js (in Node) and anatomy/solver.py.
Ends with 0 when every length is within 1 mm and every arm within 2 mm with the right sign; with 1 when one is not; with
2 when the table cannot be read, nothing in it can be compared, or there is no Node. Rows of gluteus maximus 1 and 2 at
more than 30 degrees of rotation or 80 of flexion are left out: there OpenSim's line slips off its cylinder and jumps.
"""

import argparse
import csv
import json
import math
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from anatomy.solver import Pose, Solver  # noqa: E402 -- the path comes first
from frontend.node import find_node  # noqa: E402

MODEL = ROOT / "static" / "anatomy" / "model.json"
MODULE = ROOT / "static" / "js" / "atlas" / "solver.js"
ANGLES = ("hip_flexion_deg", "hip_adduction_deg", "hip_rotation_deg", "knee_flexion_deg")
VALUES = ("length_m", "ma_flexion_m", "ma_adduction_m", "ma_internal_rotation_m")
NAMES = ("length", "flexion", "adduction", "rotation")
LIMITS_MM = (1.0, 2.0, 2.0, 2.0)
LEAST_SIGNED_MM = 2.0  # an arm no larger has no sign to get wrong: it is within the limit either way

NO_NODE = (
    "There is no Node to run solver.js. Install Node 18 or later, "
    "or its wheel: .venv/bin/python -m pip install --require-hashes -r requirements-node.txt"
)

IN_NODE = """
import { readFileSync } from "node:fs";
const [module, model] = process.argv.slice(1);
const { createSolver } = await import(module);
const solver = createSolver(JSON.parse(readFileSync(model, "utf8")));
const rows = JSON.parse(readFileSync(0, "utf8")).map(([line, flexion, adduction, rotation, knee]) => {
  const pose = { flexion, adduction, rotation, knee };
  const arms = solver.momentArms(line, pose);
  return [solver.solve(line, pose).length, arms.flexion, arms.adduction, arms.rotation];
});
process.stdout.write(JSON.stringify(rows));
"""


class TableError(Exception):
    """The table cannot be used; the message says why, in words for whoever made it."""


class Row(NamedTuple):
    """A line of the table: a line of pull in a pose, and what OpenSim says of it, in metres."""

    number: int
    model: str
    line: str
    pose: Pose
    expected: tuple[float, ...]

    @property
    def is_of_our_model(self) -> bool:
        return not self.model or self.model.lower().startswith("rajagopal")

    @property
    def is_excluded(self) -> bool:
        return self.line in ("glmax1", "glmax2") and (abs(self.pose.rotation) > 30 or self.pose.flexion > 80)


class Fault(NamedTuple):
    """A value beyond the limit, in millimetres."""

    row: Row
    name: str
    expected: float
    found: float

    def __str__(self) -> str:
        return (
            f"line {self.row.number}: {self.row.line} {self.name} is {self.found:.2f} mm, "
            f"the table says {self.expected:.2f} mm, at {self.row.pose}"
        )


def read_table(path: Path) -> list[Row]:
    """Return the rows of a table; raise TableError where it is not one."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in ("muscle", *ANGLES, *VALUES) if name not in (reader.fieldnames or ())]
            if missing:
                raise TableError(f"{path} lacks the columns {', '.join(missing)}.")
            rows = [_read_row(reader.line_num, record) for record in reader]
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path} is not a table in CSV and UTF-8: {error}.") from error
    except ValueError as error:
        raise TableError(f"{path}, {error}.") from error
    if not rows:
        raise TableError(f"{path} has no rows.")
    return rows


def _read_row(number: int, record: dict[str, str | None]) -> Row:
    def number_in(name: str) -> float:
        text = record[name]
        try:
            value = float(text or "")
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise ValueError(f"line {number}: {name} is {text!r}, not a number")
        return value

    return Row(
        number,
        (record.get("model") or "").strip(),
        (record["muscle"] or "").strip(),
        Pose(*(number_in(name) for name in ANGLES)),
        tuple(number_in(name) for name in VALUES),
    )


def solve_in_python(rows: list[Row]) -> list[tuple[float, ...]]:
    """Return length and arms of every row in metres, by anatomy/solver.py."""
    solver = Solver(json.loads(MODEL.read_text()))
    return [
        (solver.solve(row.line, row.pose).length, *solver.moment_arms(row.line, row.pose)) for row in rows
    ]


def solve_in_node(node: str, rows: list[Row]) -> list[tuple[float, ...]]:
    """Return length and arms of every row in metres, by static/js/atlas/solver.js."""
    poses = [
        (row.line, row.pose.flexion, row.pose.adduction, row.pose.rotation, row.pose.knee) for row in rows
    ]
    done = subprocess.run(
        [node, "--input-type=module", "--eval", IN_NODE, "--", MODULE.as_uri(), str(MODEL)],
        input=json.dumps(poses),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    if done.returncode:
        raise RuntimeError(f"Node could not run {MODULE.name}:\n{done.stderr}")
    return [tuple(values) for values in json.loads(done.stdout)]


def compare(rows: list[Row], solved: list[tuple[float, ...]]) -> tuple[dict[str, list[float]], list[Fault]]:
    """Return the largest errors of each line, in millimetres in the order of NAMES, and what is beyond the limits."""
    worst: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(NAMES))
    faults = []
    for row, found in zip(rows, solved, strict=True):
        for i, (name, limit) in enumerate(zip(NAMES, LIMITS_MM, strict=True)):
            expected_mm, found_mm = 1000 * row.expected[i], 1000 * found[i]
            error = abs(found_mm - expected_mm)
            worst[row.line][i] = max(worst[row.line][i], error)
            has_wrong_sign = expected_mm * found_mm < 0 and abs(expected_mm) > LEAST_SIGNED_MM
            if not error <= limit or has_wrong_sign:
                faults.append(Fault(row, name, expected_mm, found_mm))
    return dict(worst), faults


def report(title: str, worst: dict[str, list[float]], faults: list[Fault]) -> Iterator[str]:
    """Yield the lines that are printed of one solver."""
    yield f"{title}: largest errors in mm"
    yield f"  {'':<20}" + "".join(f"{name:>11}" for name in NAMES)
    for line in sorted(worst):
        yield f"  {line:<20}" + "".join(f"{error:11.3f}" for error in worst[line])
    overall = [max(errors[i] for errors in worst.values()) for i in range(len(NAMES))]
    yield f"  {'all':<20}" + "".join(f"{error:11.3f}" for error in overall)
    yield f"  {'limit':<20}" + "".join(f"{limit:11.3f}" for limit in LIMITS_MM)
    for fault in faults[:20]:
        yield f"  BEYOND THE LIMIT {fault}"
    if len(faults) > 20:
        yield f"  ... and {len(faults) - 20} more"
    yield ""


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison and return the exit status."""
    parser = argparse.ArgumentParser(description="Compare both muscle solvers with a table of OpenSim's.")
    parser.add_argument("table", type=Path, help="CSV in the format of tests/anatomy/data/moment_arms.csv")
    table = parser.parse_args(arguments).table
    try:
        rows = read_table(table)
    except TableError as error:
        print(error, file=sys.stderr)
        return 2

    strangers = Counter(row.model for row in rows if not row.is_of_our_model)
    for model, count in sorted(strangers.items()):
        print(f"Skipped: {count} rows of the model {model}.")
    rows = [row for row in rows if row.is_of_our_model]
    known = set(json.loads(MODEL.read_text())["lines"])
    unknown = Counter(row.line for row in rows if row.line not in known)
    for line, count in sorted(unknown.items()):
        print(f"Skipped: {count} rows of {line or 'a muscle without a name'}, which the solvers do not have.")
    if excluded := sum(row.is_excluded for row in rows):
        print(
            f"Left out: {excluded} rows of glmax1 and glmax2 beyond 30 degrees of rotation or 80 of flexion."
        )
    rows = [row for row in rows if row.line in known and not row.is_excluded]
    if not rows:
        print(f"{table} has no row that can be compared.", file=sys.stderr)
        return 2

    node = find_node()
    if node is None:
        print(NO_NODE, file=sys.stderr)
        return 2
    print(f"{len(rows)} rows of {table}\n")
    found = {"solver.js": solve_in_node(node.node, rows), "solver.py": solve_in_python(rows)}
    all_faults = []
    for title, solved in found.items():
        worst, faults = compare(rows, solved)
        print("\n".join(report(title, worst, faults)))
        all_faults += faults
    if all_faults:
        print(f"{len(all_faults)} values are beyond the limits.")
        return 1
    print("Everything is within the limits.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
