#!/usr/bin/env python3
"""Asks PEFT itself: loads adapters that Crucible exported and compares logits, and repeats PEFT's own merges of the golden cases.

Needs torch, transformers, peft and safetensors (the recorded outputs are of peft 0.21.0).

    check_peft.py --exports OUT --golden engine/golden/peft   every exported adapter and merge through PeftModel
    check_peft.py --golden engine/golden/peft                 PEFT's merges against the exact answers: the table of docs/correctness.md
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM


def load_base(folder):
    return AutoModelForCausalLM.from_pretrained(folder).float().eval()


def read_case(folder):
    return json.loads((folder / "case.json").read_text())


def relative(got, expected):
    return (torch.linalg.norm((got - expected).double()) / torch.linalg.norm(expected.double())).item()


def check_exports(exports, golden, limit):
    """Logits through PEFT against ours; of a single adapter also against those that PEFT gave for the original."""
    worst = 0.0
    for folder in sorted(path for path in Path(exports).iterdir() if (path / "adapter_config.json").exists()):
        case_folder = Path(golden) / folder.name
        case = read_case(case_folder)
        base = case_folder / case["inputs"]["base"]
        model = PeftModel.from_pretrained(load_base(base), folder)
        ids = load_file(Path(golden) / "_inputs" / "input_ids.safetensors")[base.name]
        with torch.no_grad():
            logits = model(ids).logits
        ours = load_file(Path(exports) / "logits" / f"{folder.name}.safetensors")["logits"].reshape(logits.shape)
        errors = {"ours": relative(logits, ours)}
        if "adapter" in case["inputs"]:
            errors["the original adapter"] = relative(logits, load_file(case_folder / case["expected"])["logits"])
        worst = max(worst, *errors.values())
        print(f"{folder.name:24} " + ", ".join(f"against {what} {error:.2e}" for what, error in errors.items()))
    print(f"worst: {worst:.2e}")
    return worst < limit


def merged_deltas(model, adapter):
    """What a merged adapter adds to each weight, in the layout of the base."""
    deltas = {}
    for name, module in model.named_modules():
        owned = list(getattr(module, "lora_A", {})) + list(getattr(module, "lora_embedding_A", {}))
        if adapter in owned:
            deltas[name.removeprefix("base_model.model.")] = module.get_delta_weight(adapter).detach()
    return deltas


def merge(case_folder, case):
    adapters = [case_folder / path for path in case["inputs"]["adapters"]]
    model = PeftModel.from_pretrained(load_base(case_folder / case["inputs"]["base"]), adapters[0], adapter_name="a0")
    for index, path in enumerate(adapters[1:], start=1):
        model.load_adapter(path, adapter_name=f"a{index}")
    parameters = case["parameters"]
    options = {
        "svd_rank": parameters.get("svdRank"),
        "density": parameters.get("density"),
        "majority_sign_method": parameters.get("majoritySign"),
    }
    model.add_weighted_adapter(
        [f"a{index}" for index in range(len(adapters))],
        parameters["weights"],
        "merged",
        combination_type=parameters["combinationType"],
        **{key: value for key, value in options.items() if value is not None},
    )
    return model


def repeat_merges(golden):
    """PEFT's relative error of every merge whose right answer is known, beside what was recorded."""
    for case_folder in sorted(path for path in Path(golden).iterdir() if (path / "case.json").exists()):
        case = read_case(case_folder)
        facts = case.get("facts", {})
        if "combinationType" not in case["parameters"] or "rightAnswer" not in facts:
            continue
        prefix = f"{facts['rightAnswer']}/"
        expected = load_file(case_folder / case["expected"])
        right = {name.removeprefix(prefix): values for name, values in expected.items() if name.startswith(prefix)}
        with torch.no_grad():
            got = merged_deltas(merge(case_folder, case), "merged")
        flat = [torch.cat([table[name].flatten() for name in sorted(right)]) for table in (got, right)]
        print(f"{case_folder.name:24} {relative(*flat):.3e}, recorded {facts['peftErrorToRightAnswer']:.3e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--golden", required=True, help="engine/golden/peft")
    parser.add_argument("--exports", help="what tools/export-golden-adapters.js wrote")
    parser.add_argument("--limit", type=float, default=1e-5, help="greatest relative error of logits that passes")
    arguments = parser.parse_args()
    if arguments.exports and not check_exports(arguments.exports, arguments.golden, arguments.limit):
        sys.exit(1)
    if not arguments.exports:
        repeat_merges(arguments.golden)


if __name__ == "__main__":
    main()
