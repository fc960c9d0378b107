#!/usr/bin/env python3
"""Asks PEFT itself: loads what Crucible exported and compares logits, and repeats PEFT's own merges of the golden cases.

Needs torch, and peft installed or as sources; of transformers, accelerate, huggingface_hub and safetensors what is not installed is stood in for.

    check_peft.py --golden engine/golden/peft --exports OUT   every adapter and merge of OUT through PeftModel.from_pretrained
    check_peft.py --golden engine/golden/peft                 PEFT's merges against the exact answers: the table of docs/correctness.md
    … --peft-source PEFT/src                                  with PEFT's sources from a checkout
"""

import argparse
import json
import sys
import warnings
from pathlib import Path

import torch

import stand_ins


def read_case(folder):
    return json.loads((folder / "case.json").read_text())


def relative(got, expected):
    return (torch.linalg.norm((got - expected).double()) / torch.linalg.norm(expected.double())).item()


@torch.no_grad()
def check_exports(exports, golden, limit):
    """Logits through PEFT against ours; of a single adapter also against those that PEFT gave for the original."""
    from peft import PeftModel
    from tiny_models import load_model

    ids = stand_ins.load_file(golden / "_inputs" / "input_ids.safetensors")
    worst = 0.0
    for base in ("llama", "gpt2"):
        recorded = stand_ins.load_file(golden / f"base-{base}" / "expected.safetensors")["logits"]
        worst = max(worst, relative(load_model(golden / "_base" / base)(ids[base]), recorded))
    print(f"{'the bases themselves':24} against transformers {worst:.2e}")
    folders = sorted(path for path in exports.iterdir() if (path / "adapter_config.json").exists())
    for folder in folders:
        case_folder = golden / folder.name
        case = read_case(case_folder)
        base = (case_folder / case["inputs"]["base"]).resolve()
        model = PeftModel.from_pretrained(load_model(base), str(folder)).eval()
        logits = model(input_ids=ids[base.name])
        ours = stand_ins.load_file(exports / "logits" / f"{folder.name}.safetensors")["logits"].reshape(logits.shape)
        errors = {"ours": relative(logits, ours)}
        if "adapter" in case["inputs"]:
            recorded = stand_ins.load_file(case_folder / case["expected"])["logits"]
            errors["PEFT's of the original"] = relative(logits, recorded)
        worst = max(worst, *errors.values())
        print(f"{folder.name:24} " + ", ".join(f"against {what} {error:.2e}" for what, error in errors.items()))
    print(f"{len(folders)} folders loaded, worst: {worst:.2e}")
    return {"exports": {"folders": len(folders), "worst": worst}}, worst < limit


def merged_deltas(model, adapter):
    """What a merged adapter adds to each weight, in the layout of the base."""
    deltas = {}
    for name, module in model.named_modules():
        owned = [*getattr(module, "lora_A", {}), *getattr(module, "lora_embedding_A", {})]
        if adapter in owned:
            deltas[name.removeprefix("base_model.model.")] = module.get_delta_weight(adapter)
    return deltas


def merge(case_folder, case):
    from peft import PeftModel
    from tiny_models import load_model

    adapters = [str(case_folder / path) for path in case["inputs"]["adapters"]]
    model = PeftModel.from_pretrained(
        load_model(case_folder / case["inputs"]["base"]), adapters[0], adapter_name="a0"
    )
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


def weights_error(case_folder, case, expected):
    """Error of the merged changes of all weights."""
    prefix = f"{case['facts']['rightAnswer']}/"
    right = {name.removeprefix(prefix): values for name, values in expected.items() if name.startswith(prefix)}
    got = merged_deltas(merge(case_folder, case), "merged")
    flat = [torch.cat([table[name].flatten() for name in sorted(right)]) for table in (got, right)]
    return relative(*flat)


def logits_error(case_folder, case, expected, golden):
    """Error of the logits with the merged adapter active: biases and magnitudes count."""
    model = merge(case_folder, case).eval()
    model.set_adapter("merged")
    ids = stand_ins.load_file(golden / "_inputs" / "input_ids.safetensors")
    return relative(model(input_ids=ids[Path(case["inputs"]["base"]).name]), expected["truth_logits"])


@torch.no_grad()
def repeat_merges(golden):
    """PEFT's relative error of every merge whose right answer is known, beside what was recorded of 0.21.0."""
    errors = {}
    for case_folder in sorted(path for path in golden.iterdir() if (path / "case.json").exists()):
        case = read_case(case_folder)
        facts = case.get("facts", {})
        if "combinationType" not in case["parameters"] or "expected" not in case:
            continue
        expected = stand_ins.load_file(case_folder / case["expected"])
        if "rightAnswer" in facts:
            error, recorded = weights_error(case_folder, case, expected), facts["peftErrorToRightAnswer"]
        else:
            error = logits_error(case_folder, case, expected, golden)
            recorded = relative(expected["peft_logits"], expected["truth_logits"])
        errors[case_folder.name] = error
        print(f"{case_folder.name:24} {error:.3e}, recorded {recorded:.3e}")
    return {"merges": errors}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--golden", required=True, type=Path, help="engine/golden/peft")
    parser.add_argument("--exports", type=Path, help="what tools/export-golden-adapters.js wrote")
    parser.add_argument("--peft-source", help="the folder src of a checkout of huggingface/peft")
    parser.add_argument("--record", type=Path, help="a JSON file that keeps the figures, for docs/correctness.md")
    parser.add_argument("--limit", type=float, default=1e-6, help="greatest relative error of logits that passes")
    arguments = parser.parse_args()
    if arguments.peft_source:
        sys.path.insert(0, arguments.peft_source)
    missing = stand_ins.install()
    warnings.simplefilter("ignore")
    import peft

    about = {"peft": peft.__version__, "torch": torch.__version__, "standIns": missing}
    print(f"peft {about['peft']}, torch {about['torch']}, stood in for: {', '.join(missing) or 'nothing'}")
    if arguments.exports is None:
        figures, passed = repeat_merges(arguments.golden), True
    else:
        figures, passed = check_exports(arguments.exports, arguments.golden, arguments.limit)
    if arguments.record:
        known = json.loads(arguments.record.read_text()) if arguments.record.exists() else {}
        arguments.record.write_text(json.dumps({**known, **about, **figures}, indent=2) + "\n")
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
