#!/usr/bin/env python3
"""Asks mergekit itself: its answers to the golden cases where it differs from the documented method, as in docs/correctness.md.

Needs torch, safetensors and mergekit (the recorded outputs are of commit a6e4028).

    check_mergekit.py --plugins plugins
"""

import argparse
import json
from pathlib import Path

import torch
from mergekit.merge_methods.sce import sce_merge
from mergekit.sparsify import magnitude_outliers
from safetensors.torch import load_file


def breadcrumbs(models, base, parameters):
    """The base plus the weighted sum of the task vectors, each without its largest and smallest entries."""
    total = torch.zeros_like(base)
    for model, weight in zip(models, parameters["weights"]):
        total += weight * magnitude_outliers(model - base, parameters["density"], gamma=parameters["gamma"])
    return base + parameters["lambda"] * total


def sce(models, base, parameters):
    return sce_merge(models, base, select_topk=parameters["selectTopk"])


CASES = [
    ("breadcrumbs", "mergekit-breadcrumbs-small-tensor", breadcrumbs),
    ("sce", "mergekit-sce-small-scale", sce),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plugins", required=True, help="the folder plugins")
    arguments = parser.parse_args()
    for plugin, name, rule in CASES:
        folder = Path(arguments.plugins) / plugin / "golden" / name
        case = json.loads((folder / "case.json").read_text())
        inputs = load_file(folder / case["inputs"]["models"])
        expected = load_file(folder / case["expected"])
        lost = size = recorded = 0.0
        for tensor in (key.removeprefix("intended/") for key in expected if key.startswith("intended/")):
            base = inputs[f"base/{tensor}"]
            models = [inputs[f"model{index}/{tensor}"] for index in range(3)]
            got = rule(models, base, case["parameters"]) - base
            right = expected[f"intended/{tensor}"] - base
            lost += (got - right).double().square().sum().item()
            recorded += (expected[f"reference/{tensor}"] - expected[f"intended/{tensor}"]).double().square().sum().item()
            size += right.double().square().sum().item()
        print(f"{name:36} {(lost / size) ** 0.5:.3e}, recorded {(recorded / size) ** 0.5:.3e}")


if __name__ == "__main__":
    main()
