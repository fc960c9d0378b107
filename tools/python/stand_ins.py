"""Lets PEFT's sources be imported with PyTorch alone.

PEFT imports transformers, accelerate, huggingface_hub and safetensors everywhere, and needs next to nothing of them to load a LoRA into a plain module or
to merge adapters. Those that are not installed are answered by empty classes and functions; what is really used is written out below. The mathematics is
PEFT's own.
"""

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import struct
import sys
import types
from pathlib import Path

import torch

DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}
VERSIONS = {"transformers": "4.57.0", "accelerate": "1.10.0", "huggingface_hub": "1.0.0", "safetensors": "0.6.0"}


def load_file(path, device="cpu"):
    """All tensors of a safetensors file, as safetensors.torch.load_file gives them."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, record in json.loads(data[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in record["data_offsets"])
        tensor = torch.frombuffer(bytearray(data[begin:end]), dtype=DTYPES[record["dtype"]])
        tensors[name] = tensor.reshape(record["shape"]).to(device)
    return tensors


class Conv1D(torch.nn.Module):
    """GPT-2's linear layer, with the weight stored [in, out]."""

    def __init__(self, outputs, inputs):
        super().__init__()
        self.nf = outputs
        self.weight = torch.nn.Parameter(torch.zeros(inputs, outputs))
        self.bias = torch.nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return x @ self.weight + self.bias


class Empty:
    """A class that nothing is an instance of."""

    def __init__(self, *_, **__):
        pass

    def __class_getitem__(cls, _):
        return cls

    def __init_subclass__(cls, **_):
        pass


class PushToHubMixin:
    """A base of PeftModel, beside torch.nn.Module: must not take its place."""


ANSWERS = {
    "Conv1D": Conv1D,
    "PushToHubMixin": PushToHubMixin,
    "load_file": load_file,
    "named_module_tensors": lambda module, *_, **__: list(module.named_parameters(recurse=False)),
    "http_user_agent": lambda *_, **__: {},
    "init_empty_weights": contextlib.nullcontext,
}


def answer(name):
    if name in ANSWERS:
        return ANSWERS[name]
    if name.endswith("Error"):
        return type(name, (Exception,), {})
    if name.startswith("is_"):
        return lambda *_, **__: False
    if name[0].islower():
        return lambda *_, **__: None
    return type(name, (Empty,), {})


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, missing):
        self.missing = missing

    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in self.missing:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__path__ = []
        module.__version__ = VERSIONS[spec.name.split(".")[0]]

        def get(name):
            if name.startswith("__"):
                raise AttributeError(name)
            value = answer(name)
            setattr(module, name, value)
            return value

        module.__getattr__ = get
        return module

    def exec_module(self, module):
        pass


def install():
    """Stands in for what is not installed; returns the names."""
    missing = sorted(name for name in VERSIONS if importlib.util.find_spec(name) is None)
    if missing:
        sys.meta_path.insert(0, StandIns(missing))
    return missing
