"""Records six AdamW steps of LoRA by PEFT on tiny golden models, on the loss of classes or answers as transformers computes it.

usage: python3 tools/python/record_training.py engine/golden/models engine/golden/training
"""

import json
import os
import sys

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoModelForSequenceClassification

CASES = {
    "bert-classifier": (AutoModelForSequenceClassification, ["query", "value"], "classes"),
    "gpt2": (AutoModelForCausalLM, ["c_attn", "c_fc"], "causal"),
    "llama": (AutoModelForCausalLM, ["q_proj", "v_proj"], "causal"),
    "t5-flan": (AutoModelForSeq2SeqLM, ["q", "v", "wo"], "seq2seq"),
}
STEPS = 6
RATE = 1e-2


def tokens(low, high, count):
    return torch.randint(low, high, (count,)).tolist()


def padded(rows, fill):
    width = max(map(len, rows))
    return torch.tensor([row + [fill] * (width - len(row)) for row in rows])


def loss_of(model, kind, texts, labels, answers):
    if kind == "causal":
        whole = [text + answer for text, answer in zip(texts, answers)]
        wanted = padded([[-100] * len(text) + answer for text, answer in zip(texts, answers)], -100)
        mask = padded([[1] * len(row) for row in whole], 0)
        return model(input_ids=padded(whole, 0), attention_mask=mask, labels=wanted).loss
    wanted = torch.tensor(labels) if kind == "classes" else padded(answers, -100)
    mask = padded([[1] * len(text) for text in texts], 0)
    return model(input_ids=padded(texts, 0), attention_mask=mask, labels=wanted).loss


def factors(model, which):
    ending = f".lora_{which}.default.weight"
    for name, parameter in model.named_parameters():
        if name.endswith(ending):
            yield name.removeprefix("base_model.model.").removesuffix(ending), parameter.detach().clone()


def record(name, folder, out):
    loader, targets, kind = CASES[name]
    model = loader.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    config = LoraConfig(r=2, lora_alpha=4, target_modules=targets, lora_dropout=0.0, bias="none")
    model = get_peft_model(model, config).eval()
    vocabulary = model.config.vocab_size
    texts = [tokens(3, vocabulary, count) for count in (5, 3, 4, 2)]
    labels = tokens(0, 3, 4)
    answers = [tokens(3, vocabulary, count) for count in (2, 1, 3, 2)]
    tensors = {f"A0/{module}": a for module, a in factors(model, "A")}
    trained = []
    for key, parameter in model.named_parameters():
        # The classifier of a sequence model would train too: here it stays.
        parameter.requires_grad_("lora_" in key)
        if "lora_" in key:
            trained.append(parameter)
    optimizer = torch.optim.AdamW(trained, lr=RATE, weight_decay=0.0)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(model, kind, texts, labels, answers)
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    tensors["losses"] = torch.tensor(losses)
    for which in "AB":
        tensors.update({f"{which}/{module}": factor for module, factor in factors(model, which)})
    os.makedirs(out, exist_ok=True)
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, os.path.join(out, "expected.safetensors"))
    case = {
        "group": "training",
        "name": name,
        "checks": "six AdamW steps of LoRA on the loss of classes or answers, without dropout",
        "parameters": {
            "r": 2,
            "loraAlpha": 4,
            "targetModules": targets,
            "lr": RATE,
            "weightDecay": 0,
            "steps": STEPS,
            "texts": texts,
            "labels": labels,
            "answers": answers,
        },
        "reference": {
            "package": "transformers",
            "version": transformers.__version__,
            "where": f"peft {peft.__version__} LoRA, torch {torch.__version__} AdamW",
        },
        "inputs": {"model": f"../../models/{name}"},
        "expected": "expected.safetensors",
        "tolerance": {"atol": 5e-05, "rtol": 5e-05},
        "layout": "A0/{module}: A before; losses: before each step; A/{module}, B/{module}: after the last",
    }
    with open(os.path.join(out, "case.json"), "w", encoding="utf-8") as file:
        json.dump(case, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    for case_name in CASES:
        torch.manual_seed(7)
        record(case_name, os.path.join(sys.argv[1], case_name), os.path.join(sys.argv[2], case_name))
