"""Rank-r merge of LoRA adapters as PEFT's combination_type="svd" computes it: for each module the dense weighted sum of s·B·A, its SVD, the leading triples.
In torch where torch is installed, else by numpy.linalg.svd. Prints one line of JSON."""
import json
import struct
import sys
import time

import numpy

request = json.loads(sys.argv[1])
rank = request["rank"]


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        tensors[name] = numpy.frombuffer(data[begin:end], dtype=numpy.float32).reshape(entry["shape"])
    return tensors


adapters = [read(path) for path in request["paths"]]
suffix = ".lora_A.weight"
modules = sorted(name[: -len(suffix)] for name in adapters[0] if name.endswith(suffix))
shapes = {}
for module in modules:
    shape = (adapters[0][f"{module}.lora_B.weight"].shape[0], adapters[0][f"{module}.lora_A.weight"].shape[1])
    shapes.setdefault(shape, []).append(module)

try:
    import torch

    torch.set_num_threads(request["threads"])
    label = f"PEFT's operations, torch {torch.__version__}, torch.linalg.svd(full_matrices=False)"

    def decompose(delta):
        u, s, v = torch.linalg.svd(torch.from_numpy(delta), full_matrices=False)
        return s.numpy(), (u[:, :rank] @ torch.diag(s[:rank])).numpy(), v[:rank].numpy()
except ImportError:
    label = f"PEFT's sequence of operations with numpy {numpy.__version__}, numpy.linalg.svd(full_matrices=False) (not PEFT itself)"

    def decompose(delta):
        u, s, v = numpy.linalg.svd(delta, full_matrices=False)
        return s, u[:, :rank] * s[:rank], v[:rank]


# One module of each shape is timed and counts for all of that shape: the dense way takes minutes for the whole set.
seconds = cpu = lost = total = 0.0
timed = []
for shape, same in shapes.items():
    module = same[0]
    started, before = time.perf_counter(), time.process_time()
    delta = sum(request["scale"] * weight * (adapter[f"{module}.lora_B.weight"] @ adapter[f"{module}.lora_A.weight"]) for adapter, weight in zip(adapters, request["weights"]))
    values, b, a = decompose(delta)
    took = time.perf_counter() - started
    timed.append({"shape": shape, "seconds": took, "modules": len(same)})
    seconds += took * len(same)
    cpu += (time.process_time() - before) * len(same)
    values = values.astype(numpy.float64)
    lost += float((values[rank:] ** 2).sum()) * len(same)
    total += float((values**2).sum()) * len(same)
print(json.dumps({"label": label, "seconds": seconds, "cpuSeconds": cpu, "timed": timed, "relativeError": (lost / total) ** 0.5}))
