#!/usr/bin/env python3
"""Limits reckoned a second time, from the handbook (protocols.md 1.4, 4.2, 5, 7) and not from the code.

limits_reference.py                    writes limits_cases.json beside this file (seeded: always the same)
limits_reference.py PATH_TO_JKAGENT N  runs N fresh random cases through `jkagent limits` and prints the first difference
"""
import json
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
ORIGIN = {
    "charge_soc": [(800, 70000), (850, 70000), (900, 70000), (950, 20000), (980, 5000)],
    "discharge_soc": [(20, 0), (50, 4000), (100, 10000), (150, 35000), (200, 70000)],
}
SCALES = {"soc": "soc_permille", "cell_mean": "cell_mean_mv", "cell_max": "cell_max_mv", "cell_min": "cell_min_mv", "temp": "temp_dc", "mos": "mos_dc"}


def line(points, x):
    if x <= points[0][0]:
        return Fraction(points[0][1])
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x <= x1:
            return Fraction(y0) + Fraction((y1 - y0) * (x - x0), x1 - x0)
    return Fraction(points[-1][1])


def latched(stop, restart, x, before, up):
    if not stop:
        return False
    if up:
        return x >= stop or (before and x >= restart)
    return x <= stop or (before and x <= restart)


def reckon(ramps, num, r):
    """ramps: name -> points; num: plain numbers of the profile; r: the reading. Answers the four numbers in mA and mV."""
    cells = r["cells"]
    out = {}
    for way, up in (("charge", True), ("discharge", False)):
        top = [Fraction(r["envelope_" + way])]
        if r["bms_" + way] is not None:
            top.append(Fraction(r["bms_" + way] * num.get("bms_share_permille", 1000), 1000))
        if way + "_max_ma" in num:
            top.append(Fraction(num[way + "_max_ma"]))
        measured = {"soc": [r["soc"]], "cell_mean": [r["mean"]], "cell_max": [r["max"]], "cell_min": [r["min"]], "temp": r["temps"] or [None], "mos": [r["mos"]]}
        dead = r["min"] == 0 or (r["max"] is not None and r["max"] > 5000)
        for source, values in measured.items():
            points = ramps.get(f"{way}_{source}")
            if not points:
                continue
            if source.startswith("cell") and dead:
                values = [None]
            top += [Fraction(0) if v is None else line(points, v) for v in values]
        if not r[way + "_mos"]:
            top.append(Fraction(0))
        if latched(num.get(f"stop_{way}_soc_permille", 0), num.get(f"restart_{way}_soc_permille", 0), r["soc"], r[way + "_stopped"], up):
            top.append(Fraction(0))
        if latched(num.get(f"stop_{way}_mv", 0), num.get(f"restart_{way}_mv", 0), r["pack"], r[way + "_stopped"], up):
            top.append(Fraction(0))
        if up and r["max"] is not None and r["max"] >= min(4300, r["cell_ovp"] or 65535):
            top.append(Fraction(0))
        # A dead cell hides no empty one; of the others only the mean is known then.
        lowest = r["min"] if r["min"] != 0 else r["mean"]
        if not up and lowest is not None and lowest <= max(1500, r["cell_uvp"] or 0):
            top.append(Fraction(0))
        if r["override_" + way] is not None:
            top.append(Fraction(r["override_" + way]))
        out[way + "_limit_ma"] = int(min(top) // 100) * 100
    charge = [r["pack_ovp"]] + ([num["charge_mv"]] if num.get("charge_mv") else []) + [1000000]
    if r["mean"] is not None or r["max"] is not None or r["min"] is not None:
        charge.append(4300 * cells)
        floor = 1500 * cells
    else:
        floor = 0
    out["charge_voltage_mv"] = min(charge)
    out["discharge_voltage_mv"] = max(r["pack_uvp"], num.get("discharge_mv", 0), floor)
    return out


def profile(rng):
    ramps, num = {}, {}
    for way in ("charge", "discharge"):
        for source in SCALES:
            if rng.random() < 0.35:
                low, high = {"soc": (0, 1000), "temp": (-400, 700), "mos": (-100, 1100)}.get(source, (2500, 3650))
                xs = sorted(rng.sample(range(low, high + 1), rng.randint(2, 16)))
                ramps[f"{way}_{source}"] = [(x, rng.choice([0, rng.randint(0, 500000), rng.randint(0, 99999), 100 * rng.randint(0, 900)])) for x in xs]
        if rng.random() < 0.3:
            num[way + "_max_ma"] = rng.randint(0, 300000)
    if rng.random() < 0.3:
        num["bms_share_permille"] = rng.randint(100, 1000)
    if rng.random() < 0.4:
        stop = rng.randint(500, 1000)
        num["stop_charge_soc_permille"], num["restart_charge_soc_permille"] = stop, rng.randint(1, stop - 1)
    if rng.random() < 0.4:
        stop = rng.randint(1, 400)
        num["stop_discharge_soc_permille"], num["restart_discharge_soc_permille"] = stop, rng.randint(stop + 1, 999)
    if rng.random() < 0.3:
        stop = rng.randint(50000, 58000)
        num["stop_charge_mv"], num["restart_charge_mv"] = stop, rng.randint(40000, stop - 1)
    if rng.random() < 0.3:
        stop = rng.randint(40000, 50000)
        num["stop_discharge_mv"], num["restart_discharge_mv"] = stop, rng.randint(stop + 1, 56000)
    if rng.random() < 0.3:
        num["charge_mv"], num["discharge_mv"] = rng.randint(50000, 59000), rng.randint(40000, 48000)
    return ramps, num


def as_file(ramps, num):
    file = dict(num)
    for name, points in ramps.items():
        way, source = name.split("_", 1)
        file[f"{way}_{SCALES[source]}"] = [x for x, _ in points]
        file[f"{name}_ma"] = [y for _, y in points]
    return file


def near(rng, ramps, source, low, high):
    """A point of a ramp, one beside it, outside of all, or anything."""
    xs = [x for name, points in ramps.items() if name.endswith("_" + source) for x, _ in points]
    x = rng.choice(xs) + rng.choice([-1, 0, 0, 1]) if xs and rng.random() < 0.5 else rng.randint(low, high)
    return max(low, min(high, x))


def case(rng, ramps, num):
    maybe = lambda chance, value: value() if rng.random() < chance else None
    r = {"soc": near(rng, ramps, "soc", 0, 1000), "cells": rng.choice([16, 16, 16, 8, 4, 32])}
    r["min"], r["max"], r["mean"] = None, None, None
    if rng.random() < 0.8:
        three = sorted([near(rng, ramps, "cell_min", 2400, 3700), near(rng, ramps, "cell_mean", 2400, 3700), near(rng, ramps, "cell_max", 2400, 3700)])
        r["min"], r["mean"], r["max"] = three
        if rng.random() < 0.08:
            r["min"] = 0
        if rng.random() < 0.05:
            r["max"] = rng.choice([5000, 5001])
    r["temps"] = [near(rng, ramps, "temp", -400, 1400) for _ in range(rng.choice([0, 1, 2]))]
    r["mos"] = maybe(0.7, lambda: near(rng, ramps, "mos", -400, 1400))
    r["pack"] = rng.randint(40000, 59000)
    for way in ("charge", "discharge"):
        r["bms_" + way] = maybe(0.6, lambda: rng.choice([0, 99, 100, rng.randint(0, 300000), 2147483647]))
        r["envelope_" + way] = maybe(0.3, lambda: rng.randint(0, 400000))
        r["override_" + way] = maybe(0.2, lambda: rng.randint(0, 200000))
        r[way + "_mos"] = rng.random() > 0.06
        r[way + "_stopped"] = rng.random() < 0.3
    r["cell_ovp"], r["cell_uvp"] = maybe(0.5, lambda: 3650), maybe(0.5, lambda: 2600)
    r["pack_ovp"], r["pack_uvp"] = maybe(0.3, lambda: rng.randint(50000, 59000)), maybe(0.3, lambda: rng.randint(39000, 45000))
    args = [f"--soc {r['soc'] / 10:g}" if rng.random() < 0.5 else f"--soc-permille {r['soc']}", f"--cells {r['cells']}", f"--pack-mv {r['pack']}"]
    for key, option in (("min", "cell-min-mv"), ("mean", "cell-mean-mv"), ("max", "cell-max-mv"), ("mos", "mos-temp-dc"), ("cell_ovp", "cell-ovp-mv"), ("cell_uvp", "cell-uvp-mv"),
                        ("pack_ovp", "pack-ovp-mv"), ("pack_uvp", "pack-uvp-mv")):
        if r[key] is not None:
            args.append(f"--{option} {r[key]}")
    if len(r["temps"]) == 1:
        args.append(f"--temp-dc {r['temps'][0]}")
    if len(r["temps"]) == 2:
        args += [f"--temp-min-dc {min(r['temps'])}", f"--temp-max-dc {max(r['temps'])}"]
    for way in ("charge", "discharge"):
        for what in ("bms", "envelope", "override"):
            if r[f"{what}_{way}"] is not None:
                args.append(f"--{what}-{way}-ma {r[f'{what}_{way}']}")
        if not r[way + "_mos"]:
            args.append(f"--{way}-mos off")
        if r[way + "_stopped"]:
            args.append(f"--{way}-stopped on")
        if r["envelope_" + way] is None:
            r["envelope_" + way] = 500000
    r["pack_ovp"] = r["pack_ovp"] if r["pack_ovp"] is not None else 3650 * r["cells"]
    r["pack_uvp"] = r["pack_uvp"] if r["pack_uvp"] is not None else 2600 * r["cells"]
    rng.shuffle(args)
    return " ".join(args), reckon(ramps, num, r)


def many(rng, count):
    origin = (dict(ORIGIN), {})
    profiles = [profile(rng) for _ in range(max(1, count // 12))]
    for i in range(count):
        which = None if i % 6 == 0 else rng.randrange(len(profiles))
        args, answer = case(rng, *(origin if which is None else profiles[which]))
        yield profiles, which, args, answer


def write():
    rng = random.Random(20261126)
    cases, profiles = [], []
    for profiles, which, args, answer in many(rng, 600):
        cases.append({**({} if which is None else {"profile": which}), "args": args, **answer})
    with open(os.path.join(HERE, "limits_cases.json"), "w") as f:
        f.write('{"profiles":[\n' + ",\n".join(json.dumps(as_file(*p), separators=(",", ":")) for p in profiles))
        f.write('\n],"cases":[\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]}\n")


def compare(agent, count):
    with tempfile.TemporaryDirectory() as folder:
        for i, (profiles, which, args, wanted) in enumerate(many(random.Random(), count)):
            command = [agent, "limits", *args.split()]
            if which is not None:
                path = os.path.join(folder, f"{which}.json")
                with open(path, "w") as f:
                    json.dump(as_file(*profiles[which]), f)
                command += ["--profile", path]
            answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            if any(answer[key] != value for key, value in wanted.items()):
                sys.exit(f"case {i}: {' '.join(command)}\n{as_file(*profiles[which]) if which is not None else 'origin'}\nwanted {wanted}\n   got {answer}")
    print(f"{count} cases agree")


if __name__ == "__main__":
    write() if len(sys.argv) == 1 else compare(sys.argv[1], int(sys.argv[2]))
