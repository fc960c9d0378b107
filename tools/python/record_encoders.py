"""Records LoRA adapters by PEFT on tiny golden encoders, as PEFT saves them, and what the adapted models compute.

usage: python3 tools/python/record_encoders.py engine/golden/models engine/golden/encoder-adapters
"""

import json
import os
import shutil
import sys

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModel,
    AutoModelForImageClassification,
    AutoModelForSequenceClassification,
    CLIPModel,
)

CASES = {
    "bert": (AutoModel, {"target_modules": ["query", "dense"]}),
    "bert-classifier": (
        AutoModelForSequenceClassification,
        {"target_modules": "all-linear", "task_type": "SEQ_CLS", "rank_pattern": {"key": 3}, "alpha_pattern": {"value": 1}},
    ),
    "roberta-classifier": (
        AutoModelForSequenceClassification,
        {"target_modules": ["query", "value", "intermediate.dense"], "use_rslora": True},
    ),
    "vit": (AutoModelForImageClassification, {"target_modules": ["q_proj", "v_proj", "o_proj", "fc1", "fc2", "classifier"]}),
    "clip": (CLIPModel, {"target_modules": ["q_proj", "v_proj", "fc1", "visual_projection", "text_projection"]}),
}


def outputs(name, model, inputs):
    if name == "clip":
        given = model(**inputs)
        return {"image_embeds": given.image_embeds, "text_embeds": given.text_embeds}
    given = model(**inputs)
    return {"last_hidden_state": given.last_hidden_state} if name == "bert" else {"logits": given.logits}


def record(name, folder, out):
    loader, options = CASES[name]
    base = loader.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    model = get_peft_model(base, LoraConfig(r=2, lora_alpha=6, lora_dropout=0.0, bias="none", **options)).eval()
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.add_(0.4 * torch.randn(parameter.shape))
        inputs = load_file(os.path.join(folder, "inputs.safetensors"))
        expected = {key: value.contiguous() for key, value in outputs(name, model, inputs).items()}
        shutil.rmtree(out, ignore_errors=True)
        model.save_pretrained(out)
        exact = outputs(name, model.double(), {k: v.double() if v.is_floating_point() else v for k, v in inputs.items()})
    os.remove(os.path.join(out, "README.md"))
    config = os.path.join(out, "adapter_config.json")
    settings = json.load(open(config))
    settings["base_model_name_or_path"] = f"golden/{name}"
    json.dump(settings, open(config, "w"), indent=2, sort_keys=True)
    save_file(expected, os.path.join(out, "expected.safetensors"))
    difference = max((exact[key] - expected[key].double()).abs().max().item() for key in expected)
    greatest = max(value.abs().max().item() for value in exact.values())
    case = {
        "checks": "outputs of the model with the adapter, in float32",
        "reference": {"peft": peft.__version__, "transformers": transformers.__version__, "torch": torch.__version__},
        "tolerance": {
            "atol": max(16 * difference, 4 * 2**-23 * greatest, 1e-5),
            "rtol": 1e-5,
            "measured": {"maxAbsDifference": difference, "maxAbsValue": greatest, "against": "the same in float64"},
        },
    }
    json.dump(case, open(os.path.join(out, "case.json"), "w"), indent=1)


def main(models, target):
    for number, name in enumerate(CASES):
        torch.manual_seed(40 + number)
        record(name, os.path.join(models, name), os.path.join(target, name))
        print(name, sorted(load_file(os.path.join(target, name, "adapter_model.safetensors")))[:3])


if __name__ == "__main__":
    main(*sys.argv[1:])
