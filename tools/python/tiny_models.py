"""Llama and GPT-2 as plain PyTorch modules with the names of their Hugging Face checkpoints: enough for the golden cases, and for PEFT to adapt."""

import json
import math
from pathlib import Path

import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

from stand_ins import load_file


class Config(dict):
    """What PEFT asks a model's config: keys, attributes, a dictionary."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def to_dict(self):
        return dict(self)


class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config

    def prepare_inputs_for_generation(self, *_, **__):
        """PEFT takes hold of it for causal models, and never calls it here."""

    @property
    def dtype(self):
        return torch.float32


def attend(q, k, v):
    """Causal attention over [batch, heads, time, side]."""
    time = q.shape[-2]
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    future = torch.ones(time, time, dtype=torch.bool).triu(1)
    mixed = scores.masked_fill(future, float("-inf")).softmax(-1) @ v
    return mixed.transpose(1, 2).flatten(2)


def split(x, heads):
    return x.unflatten(-1, (heads, x.shape[-1] // heads)).transpose(1, 2)


class RmsNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


class LlamaAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, self.heads, self.groups = config.hidden_size, config.num_attention_heads, config.num_key_value_heads
        side = width // self.heads
        self.theta = (config.get("rope_parameters") or config).get("rope_theta", 10000.0)
        self.q_proj = nn.Linear(width, self.heads * side, bias=False)
        self.k_proj = nn.Linear(width, self.groups * side, bias=False)
        self.v_proj = nn.Linear(width, self.groups * side, bias=False)
        self.o_proj = nn.Linear(self.heads * side, width, bias=False)

    def rotate(self, x):
        time, side = x.shape[-2:]
        frequencies = self.theta ** (-torch.arange(0, side, 2) / side)
        angles = torch.cat([torch.arange(time)[:, None] * frequencies] * 2, -1)
        first, second = x.chunk(2, -1)
        return x * angles.cos() + torch.cat([-second, first], -1) * angles.sin()

    def forward(self, x):
        q = self.rotate(split(self.q_proj(x), self.heads))
        k = self.rotate(split(self.k_proj(x), self.groups)).repeat_interleave(self.heads // self.groups, 1)
        v = split(self.v_proj(x), self.groups).repeat_interleave(self.heads // self.groups, 1)
        return self.o_proj(attend(q, k, v))


class LlamaMlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x):
        return self.down_proj(nn.functional.silu(self.gate_proj(x)) * self.up_proj(x))


class LlamaLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attn, self.mlp = LlamaAttention(config), LlamaMlp(config)
        self.input_layernorm = RmsNorm(config.hidden_size, config.rms_norm_eps)
        self.post_attention_layernorm = RmsNorm(config.hidden_size, config.rms_norm_eps)

    def forward(self, x):
        x = x + self.self_attn(self.input_layernorm(x))
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(Model):
    def __init__(self, config):
        super().__init__(config)
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.model.layers = nn.ModuleList(LlamaLayer(config) for _ in range(config.num_hidden_layers))
        self.model.norm = RmsNorm(config.hidden_size, config.rms_norm_eps)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)

    def forward(self, input_ids, **_):
        x = self.model.embed_tokens(input_ids)
        for layer in self.model.layers:
            x = layer(x)
        return self.lm_head(self.model.norm(x))


class GptAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config.n_head
        self.c_attn, self.c_proj = Conv1D(3 * config.n_embd, config.n_embd), Conv1D(config.n_embd, config.n_embd)

    def forward(self, x):
        return self.c_proj(attend(*(split(part, self.heads) for part in self.c_attn(x).chunk(3, -1))))


class GptMlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        inner = config.get("n_inner") or 4 * config.n_embd
        self.c_fc, self.c_proj = Conv1D(inner, config.n_embd), Conv1D(config.n_embd, inner)

    def forward(self, x):
        x = self.c_fc(x)
        return self.c_proj(0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))))


class GptLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn, self.mlp = GptAttention(config), GptMlp(config)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt2(Model):
    def __init__(self, config):
        super().__init__(config)
        self.transformer = nn.Module()
        self.transformer.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.transformer.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.transformer.h = nn.ModuleList(GptLayer(config) for _ in range(config.n_layer))
        self.transformer.ln_f = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)

    def forward(self, input_ids, **_):
        x = self.transformer.wte(input_ids) + self.transformer.wpe(torch.arange(input_ids.shape[1]))
        for layer in self.transformer.h:
            x = layer(x)
        return self.lm_head(self.transformer.ln_f(x))


def load_model(folder):
    """The model of a golden base, with its weights, for evaluation."""
    folder = Path(folder)
    config = Config(json.loads((folder / "config.json").read_text()))
    weights = load_file(folder / "model.safetensors")
    if config.model_type == "gpt2":
        weights.setdefault("lm_head.weight", weights["transformer.wte.weight"])
    model = Gpt2(config) if config.model_type == "gpt2" else Llama(config)
    model.load_state_dict(weights, strict=True)
    return model.eval()
