"""TIES on one tensor of two models and a base, by mergekit's sequence of operations (magnitude trim through a full argsort, sign election on the sum, disjoint
mean over the agreeing weights), in torch where torch is installed, else in numpy. Reads raw bfloat16 files, prints one line of JSON."""
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

request = json.loads(sys.argv[1])
shape = tuple(request["shape"])
density = request["density"]
repeats = request["repeats"]


def with_torch(torch):
    torch.set_num_threads(request["threads"])

    def load(path):
        with open(path, "rb") as file:
            return torch.frombuffer(bytearray(file.read()), dtype=torch.bfloat16).reshape(shape)

    base, *models = (load(path) for path in [request["base"], *request["models"]])

    def sparsify(delta, stable=False):
        k = int(density * delta.numel())
        mask = torch.zeros_like(delta)
        chosen = torch.argsort(delta.abs().view(-1), descending=True, stable=stable)[:k]
        mask.view(-1)[chosen] = 1
        return delta * mask

    def merge(stable=False):
        deltas = torch.stack([sparsify(model - base, stable) for model in models])
        sign = deltas.sign()
        majority = (deltas.sum(dim=0) >= 0).to(deltas.dtype) * 2 - 1
        agrees = sign == majority
        divisor = agrees.sum(dim=0).to(deltas.dtype)
        divisor[divisor == 0] = 1
        return base + (deltas * agrees).sum(dim=0) / divisor

    return merge, lambda result: result.view(torch.int16).numpy().tobytes(), f"mergekit's operations, torch {torch.__version__}, bfloat16"


def with_numpy(numpy):
    def load(path):
        codes = numpy.fromfile(path, dtype=numpy.uint16).astype(numpy.uint32)
        return (codes << 16).view(numpy.float32).reshape(shape)

    base, *models = (load(path) for path in [request["base"], *request["models"]])
    # numpy sorts without holding the interpreter's lock: each model has a core of its own.
    pool = ThreadPoolExecutor(request["threads"])

    def sparsify(model, stable):
        delta = model - base
        k = int(density * delta.size)
        mask = numpy.zeros_like(delta)
        magnitudes = numpy.abs(delta).reshape(-1)
        chosen = numpy.argsort(-magnitudes, kind="stable")[:k] if stable else numpy.argsort(magnitudes)[::-1][:k]
        mask.reshape(-1)[chosen] = 1
        return delta * mask

    def merge(stable=False):
        deltas = numpy.stack(list(pool.map(lambda model: sparsify(model, stable), models)))
        majority = numpy.where(deltas.sum(axis=0) >= 0, numpy.float32(1), numpy.float32(-1))
        agrees = numpy.sign(deltas) == majority
        divisor = agrees.sum(axis=0).astype(numpy.float32)
        divisor[divisor == 0] = 1
        return base + (deltas * agrees).sum(axis=0) / divisor

    def encode(result):
        bits = result.view(numpy.uint32)
        return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(numpy.uint16).tobytes()

    return merge, encode, f"mergekit's sequence of operations in numpy {numpy.__version__}, float32, one thread per model (not mergekit itself)"


try:
    import torch

    merge, encode, label = with_torch(torch)
except ImportError:
    import numpy

    merge, encode, label = with_numpy(numpy)

seconds = []
cpu = []
for _ in range(repeats):
    started, before = time.perf_counter(), time.process_time()
    merge()
    seconds.append(time.perf_counter() - started)
    cpu.append(time.process_time() - before)
# Not timed: among equal magnitudes the first, which an argsort leaves open.
result = merge(stable=True)
with open(request["output"], "wb") as file:
    file.write(encode(result))
print(json.dumps({"label": label, "seconds": seconds, "cpuSeconds": cpu}))
