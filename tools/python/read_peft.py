#!/usr/bin/env python3
"""Reads PEFT folders with numpy alone and compares what they do to their base.

An independent second opinion on exported adapters: own safetensors reader, own rules of ranks, scales and layouts, float64.

    read_peft.py FOLDER                      lists modules with rank, scale and norm
    read_peft.py FOLDER --against OTHER      compares the changes of every weight
    read_peft.py --exports OUT --golden DIR  compares every OUT/<case> with the adapter it came from, or with the exact answer of its merge
"""

import argparse
import json
import math
import re
import struct
import sys
from pathlib import Path

import numpy as np

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8"}
PREFIX = "base_model.model."


def read_safetensors(path):
    """All tensors of a file, floats in float64."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    body = memoryview(data)[8 + length :]
    tensors = {}
    for name, record in header.items():
        if name == "__metadata__":
            continue
        begin, end = record["data_offsets"]
        raw = body[begin:end]
        if record["dtype"] == "BF16":
            values = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            values = np.frombuffer(raw, DTYPES[record["dtype"]])
        if record["dtype"] != "I64":
            values = values.astype(np.float64)
        tensors[name] = values.reshape(record["shape"])
    return tensors


def first_match(patterns, module, default):
    """As PEFT: the first key that matches the end of a path, in the order of the file."""
    for key, value in patterns.items():
        if re.match(rf"(.*\.)?({key})$", module):
            return value
    return default


def read_changes(folder, base=None):
    """Changes of the base's parameters, in the base's layout, by parameter; and a line per module."""
    folder = Path(folder)
    config = json.loads((folder / "adapter_config.json").read_text())
    tensors = {
        name.removeprefix(PREFIX): values for name, values in read_safetensors(folder / "adapter_model.safetensors").items()
    }
    changes, lines, used = {}, [], set()
    for name in sorted(tensors):
        match = re.fullmatch(r"(.+)\.lora_(embedding_)?A(\.weight)?", name)
        if match is None:
            continue
        module, embedding = match.group(1), match.group(2) is not None
        other = f"{module}.lora_embedding_B" if embedding else f"{module}.lora_B.weight"
        a, b = tensors[name], tensors[other]
        used |= {name, other}
        rank = first_match(config.get("rank_pattern") or {}, module, config["r"])
        alpha = first_match(config.get("alpha_pattern") or {}, module, config["lora_alpha"])
        if a.shape[0] != rank or b.shape[1] != rank:
            raise SystemExit(f"{folder}: {module}: the configuration says rank {rank}, the file {a.shape} and {b.shape}")
        scale = alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)
        delta = scale * (b.reshape(b.shape[0], -1) @ a.reshape(a.shape[0], -1))
        if a.ndim == 4:
            delta = delta.reshape(b.shape[0], *a.shape[1:])
        elif embedding or config.get("fan_in_fan_out"):
            delta = delta.T
        changes[f"{module}.weight"] = delta
        bias = f"{module}.lora_B.bias"
        if bias in tensors:
            used.add(bias)
            if np.any(tensors[bias]):
                changes[f"{module}.bias"] = scale * tensors[bias]
        lines.append(f"{module}: rank {rank}, scale {scale:.6g}, norm {np.linalg.norm(delta):.6g}")
    for name in sorted(set(tensors) - used):
        parameter = name.replace(".base_layer.", ".").replace(".modules_to_save.", ".")
        if base is None or parameter not in base:
            raise SystemExit(f"{folder}: {name} is no factor, and there is no base to compare it with")
        difference = tensors[name] - base[parameter]
        if np.any(difference):
            changes[parameter] = changes.get(parameter, 0) + difference
            lines.append(f"{parameter}: saved whole, norm {np.linalg.norm(difference):.6g}")
    return changes, lines


def distance(got, expected):
    """|got - expected| / |expected| over all parameters; one that is missing counts as zeros."""
    names = sorted(set(got) | set(expected))
    total = sum(np.sum(np.square(values)) for values in expected.values())
    lost = 0.0
    for name in names:
        zeros = np.zeros_like(expected[name] if name in expected else got[name])
        lost += np.sum(np.square(got.get(name, zeros) - expected.get(name, zeros)))
    return math.sqrt(lost / total)


def deltas_of(expected, prefix):
    """Recorded deltas by parameter."""
    return {
        f"{name.removeprefix(prefix)}.weight": values for name, values in expected.items() if name.startswith(prefix)
    }


def compare_exports(exports, golden, limit):
    """Every adapter against the folder it came from and PEFT's own deltas, every merge against the exact answer."""
    worst = 0.0
    for folder in sorted(path for path in Path(exports).iterdir() if (path / "adapter_config.json").exists()):
        case_folder = Path(golden) / folder.name
        case = json.loads((case_folder / "case.json").read_text())
        base = read_safetensors(case_folder / case["inputs"]["base"] / "model.safetensors")
        got, _ = read_changes(folder, base)
        expected = read_safetensors(case_folder / case["expected"])
        if "adapter" in case["inputs"]:
            original, _ = read_changes(case_folder / case["inputs"]["adapter"], base)
            deltas = deltas_of(expected, "delta/")
            errors = distance(got, original), distance({name: got[name] for name in deltas}, deltas)
            print(f"{folder.name:24} against the original {errors[0]:.2e}, against PEFT's deltas {errors[1]:.2e}")
        else:
            errors = (distance(got, deltas_of(expected, f"{case['facts']['rightAnswer']}/")),)
            print(f"{folder.name:24} against the exact answer {errors[0]:.2e}")
        worst = max(worst, *errors)
    print(f"worst: {worst:.2e}")
    return worst < limit


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", help="a PEFT folder")
    parser.add_argument("--against", help="another PEFT folder of the same base")
    parser.add_argument("--base", help="the base's folder, for tensors that were saved whole")
    parser.add_argument("--exports", help="what tools/export-golden-adapters.js wrote")
    parser.add_argument("--golden", help="engine/golden/peft")
    parser.add_argument("--limit", type=float, default=1e-6, help="greatest relative error that passes")
    arguments = parser.parse_args()
    if arguments.exports:
        if not arguments.golden:
            parser.error("--exports needs --golden")
        sys.exit(0 if compare_exports(arguments.exports, arguments.golden, arguments.limit) else 1)
    if not arguments.folder:
        parser.error("give a folder, or --exports")
    base = read_safetensors(Path(arguments.base) / "model.safetensors") if arguments.base else None
    changes, lines = read_changes(arguments.folder, base)
    print("\n".join(lines))
    if arguments.against:
        error = distance(changes, read_changes(arguments.against, base)[0])
        print(f"relative distance: {error:.2e}")
        sys.exit(0 if error < arguments.limit else 1)


if __name__ == "__main__":
    main()
