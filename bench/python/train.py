"""Steps of LoRA, of LoRA linearized module by module and network-wide by torch.func.jvp, on a vision tower of the shape that the request names. A module is
linearized as the paper describes it: value and directional derivative at the initial parameters, the direction being how far they have moved. Prints JSON."""
import json
import sys
import time

import torch
from torch import nn
from torch.func import functional_call, jvp

request = json.loads(sys.argv[1])
torch.manual_seed(1)
torch.set_num_threads(1)
hidden, rank, side, patch = request["hidden"], request["rank"], request["side"], request["patch"]
HEADS = 4


class Lora(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        self.a = nn.Parameter(torch.empty(rank, layer.in_features).uniform_(-1, 1) / layer.in_features**0.5)
        self.b = nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, x):
        return self.layer(x) + 2.0 * (x @ self.a.T) @ self.b.T


class Linearized(nn.Module):
    """value + jvp around the parameters that the module had when it was wrapped."""

    def __init__(self, module):
        super().__init__()
        self.module = module
        self.start = {name: value.detach().clone() for name, value in module.named_parameters()}

    def forward(self, x):
        now = dict(self.module.named_parameters())
        moved = {name: now[name] - self.start[name] for name in now}
        value, tangent = jvp(lambda parameters: functional_call(self.module, parameters, (x,)), (self.start,), (moved,))
        return value + tangent


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(hidden), nn.LayerNorm(hidden)
        for name in ["q_proj", "k_proj", "v_proj", "out_proj"]:
            setattr(self, name, nn.Linear(hidden, hidden))
        self.fc1, self.fc2 = nn.Linear(hidden, 4 * hidden), nn.Linear(4 * hidden, hidden)

    def forward(self, x):
        y = self.norm1(x)
        q, k, v = (m(y).unflatten(-1, (HEADS, -1)).transpose(1, 2) for m in (self.q_proj, self.k_proj, self.v_proj))
        p = torch.softmax(q @ k.transpose(-1, -2) * (hidden // HEADS) ** -0.5, -1)
        x = x + self.out_proj((p @ v).transpose(1, 2).flatten(2))
        up = self.fc1(self.norm2(x))
        return x + self.fc2(up * torch.sigmoid(1.702 * up))


class Tower(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Linear(patch * patch, hidden)
        self.first = nn.Parameter(torch.randn(hidden) * 0.02)
        self.positions = nn.Parameter(torch.randn((side // patch) ** 2 + 1, hidden) * 0.02)
        self.before, self.after = nn.LayerNorm(hidden), nn.LayerNorm(hidden)
        self.layers = nn.ModuleList(Layer() for _ in range(request["layers"]))
        self.projection = nn.Linear(hidden, hidden, bias=False)

    def forward(self, rows):
        x = torch.cat([self.first.expand(len(rows), 1, -1), self.patch(rows)], 1) + self.positions
        x = self.before(x)
        for layer in self.layers:
            x = layer(x)
        return self.projection(self.after(x[:, 0]))


def build(mode):
    tower = Tower()
    tower.requires_grad_(False)
    for layer in tower.layers:
        for name in request["targets"]:
            if not hasattr(layer, name):
                continue
            adapted = Lora(getattr(layer, name))
            adapted.layer.requires_grad_(False)
            setattr(layer, name, Linearized(adapted) if mode == "module-wise jvp" else adapted)
    trained = [p for p in tower.parameters() if p.requires_grad]
    model = Linearized(tower) if mode == "network-wide jvp" else tower
    return model, trained


def main():
    batch = request["batchSize"]
    rows = torch.randn(batch, (side // patch) ** 2, patch * patch)
    labels = torch.randint(0, request["classes"], (batch,))
    head = torch.nn.functional.normalize(torch.randn(request["classes"], hidden), dim=-1)
    modes = ["LoRA", "module-wise jvp", "network-wide jvp"]
    built = {mode: build(mode) for mode in modes}
    seconds = {mode: [] for mode in modes}
    for _ in range(request["rounds"]):
        for mode, (model, trained) in built.items():
            optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0.0)
            times = []
            for _ in range(request["steps"]):
                begin = time.process_time()
                optimizer.zero_grad()
                embeddings = torch.nn.functional.normalize(model(rows), dim=-1)
                torch.nn.functional.cross_entropy(15 * embeddings @ head.T, labels).backward()
                optimizer.step()
                times.append(time.process_time() - begin)
            seconds[mode].append(min(times[1:]))
    label = f"torch {torch.__version__}, one thread, the same shapes; linearized by torch.func.jvp, as the paper's authors do it module by module"
    print(json.dumps({"label": label, "seconds": seconds}))


main()
