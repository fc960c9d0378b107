"""Makes a small tokenizer of each family, laid out as Hugging Face's converters lay the real ones out, and records what the Rust core behind Python's `tokenizers`
says of some texts: ids, types, truncated and padded forms, decoded texts. For engine/src/text/golden.

usage: python3 tools/python/record_tokenizers.py engine/src/text/golden
"""

import json
import pathlib
import sys
import tempfile

import sentencepiece
import tokenizers
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CORPUS = """
The quick brown fox jumps over the lazy dog, and the dog doesn't mind. A photo of a cat. A photo of a dog in the snow.
Indicate if the following sentence is grammatically correct or not. Answer acceptable or unacceptable.
Are the following sentences conveying the same meaning? Answer with yes or no. It wasn't me; they're here, we've seen it, I'll go.
Does the premise logically imply, contradict, or is neutral to the hypothesis? entailment neutral contradiction positive negative
On a scale from 1 to 5, rate the similarity: 0.0 1.5 2.8 3.14 4.25 5.0. In 2024 there were 1234567 of them, i.e. 12 % more than in 1999.
Gr\u00f6\u00dfe, na\u00efve caf\u00e9, r\u00e9sum\u00e9, \u00c5ngstr\u00f6m. \u4f60\u597d\u4e16\u754c. \u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440. def f(x): return x ** 2 + 1
Merging adapters without training: average the weights, then score every task on examples that nobody trained on.
""".strip().split("\n")

TEXTS = [
    "A photo of a cat.",
    "The dog doesn't mind, they're fine; we've 12 cats & 3.5 dogs!",
    "",
    " ",
    "  leading and   several    spaces  ",
    "tabs\tand\nnew lines\r\n\r\nhere",
    "Gr\u00f6\u00dfe na\u00efve CAF\u00c9 \u00c5ngstr\u00f6m",
    "decomposed: cafe\u0301 A\u030angstro\u0308m",
    "\u4f60\u597d\u4e16\u754c \u041f\u0440\u0438\u0432\u0435\u0442 \u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
    "emoji \U0001f642\U0001f468\u200d\U0001f469\u200d\U0001f467 and \ufb01 ligatures \u2460 \u00bd \uff21\uff22",
    "unknown \u1f600 \ua9c1 \U00010348 signs",
    "price: $1,234.56 (50%) -- e-mail: a.b@c.org/x?y=z#1 __init__ x**2",
    "soft\u00adhyphen zero\u200bwidth nbsp\u00a0here \u2028 line",
    "UPPER lower MiXeD I'M YOU'LL he'S",
    "supercalifragilisticexpialidocious",
    "0 00 000 0000 12345678901234567890",
]
PAIRS = [
    ("A photo of a cat.", "A photo of a dog in the snow."),
    ("short", "The quick brown fox jumps over the lazy dog, and the dog doesn't mind."),
    ("The quick brown fox jumps over the lazy dog, and the dog doesn't mind.", "short"),
]

CLIP_SPLIT = Regex(r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+""")
LLAMA3_SPLIT = Regex(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def special(text):
    return AddedToken(text, special=True, normalized=False)


def byte_alphabet():
    return sorted(pre_tokenizers.ByteLevel.alphabet())


def clip():
    made = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>", continuing_subword_prefix="", fuse_unk=False))
    made.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(CLIP_SPLIT, behavior="removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    made.decoder = decoders.ByteLevel()
    # CLIP's vocabulary has every byte twice: inside of a word, and at its end.
    alphabet = byte_alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=900, initial_alphabet=alphabet, end_of_word_suffix="</w>", show_progress=False, special_tokens=[]
    )
    made.train_from_iterator(CORPUS, trainer)
    data = json.loads(made.to_str())
    vocabulary = list(data["model"]["vocab"])
    for letter in alphabet:
        if letter + "</w>" not in vocabulary:
            vocabulary.append(letter + "</w>")
    vocabulary += ["<|startoftext|>", "<|endoftext|>"]
    data["model"]["vocab"] = {token: i for i, token in enumerate(vocabulary)}
    made = Tokenizer.from_str(json.dumps(data))
    made.add_special_tokens([special("<|startoftext|>"), special("<|endoftext|>")])
    begin, end = (made.token_to_id(t) for t in ("<|startoftext|>", "<|endoftext|>"))
    made.post_processor = processors.RobertaProcessing(
        sep=("<|endoftext|>", end), cls_token=("<|startoftext|>", begin), add_prefix_space=False, trim_offsets=False
    )
    return made, {"pad_token": "<|endoftext|>", "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "model_max_length": 77, "tokenizer_class": "CLIPTokenizer"}


def bert():
    made = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    made.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    made.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=400, special_tokens=names, show_progress=False))
    made.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(name, made.token_to_id(name)) for name in ("[CLS]", "[SEP]")],
    )
    return made, {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]", "mask_token": "[MASK]", "do_lower_case": True, "model_max_length": 512, "tokenizer_class": "BertTokenizer"}


def byte_level(post, names, add_prefix_space=False):
    made = Tokenizer(models.BPE(dropout=None, continuing_subword_prefix="", end_of_word_suffix="", fuse_unk=False))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=420, initial_alphabet=byte_alphabet(), special_tokens=names, show_progress=False)
    made.train_from_iterator(CORPUS, trainer)
    made.add_special_tokens([special(name) for name in names])
    made.post_processor = post(made)
    return made


def roberta():
    names = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    made = byte_level(
        lambda made: processors.RobertaProcessing(
            sep=("</s>", made.token_to_id("</s>")), cls_token=("<s>", made.token_to_id("<s>")), add_prefix_space=False, trim_offsets=True
        ),
        names,
    )
    return made, {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>", "model_max_length": 512, "tokenizer_class": "RobertaTokenizer"}


def gpt2():
    made = byte_level(lambda made: processors.ByteLevel(trim_offsets=False), ["<|endoftext|>"])
    return made, {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "add_prefix_space": False, "model_max_length": 1024, "tokenizer_class": "GPT2Tokenizer"}


def t5():
    """Through SentencePiece itself, for its table of characters (nmt_nfkc) is what T5's own tokenizer.json holds."""
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder, "corpus.txt")
        text.write_text("\n".join(CORPUS))
        sentencepiece.SentencePieceTrainer.train(
            input=str(text), model_prefix=f"{folder}/sp", vocab_size=260, model_type="unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
            hard_vocab_limit=False, minloglevel=2,
        )
        from sentencepiece import sentencepiece_model_pb2

        proto = sentencepiece_model_pb2.ModelProto()
        proto.ParseFromString(pathlib.Path(folder, "sp.model").read_bytes())
    made = Tokenizer(models.Unigram([(piece.piece, piece.score) for piece in proto.pieces], unk_id=2, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap),
            normalizers.Strip(left=False, right=True),
            normalizers.Replace(Regex(" {2,}"), "\u2581"),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always", split=True)
    made.decoder = decoders.Metaspace(replacement="\u2581", prepend_scheme="always", split=True)
    made.add_special_tokens([special("<pad>"), special("</s>"), special("<unk>")])
    made.post_processor = processors.TemplateProcessing(
        single=["$A", "</s>"], pair=["$A", "</s>", "$B", "</s>"], special_tokens=[("</s>", made.token_to_id("</s>"))]
    )
    return made, {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>", "model_max_length": 512, "tokenizer_class": "T5Tokenizer"}


def llama2():
    names = ["<unk>", "<s>", "</s>"]
    made = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    made.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    # Merges over spaces do not occur, as in Llama's own: the corpus is learnt word by word.
    words = [("\u2581" + word) for line in CORPUS for word in line.split(" ")]
    bytes_ = [f"<0x{i:02X}>" for i in range(256)]
    made_for_words = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    made_for_words.train_from_iterator(
        words, trainers.BpeTrainer(vocab_size=620, special_tokens=names + bytes_, show_progress=False)
    )
    data = json.loads(made_for_words.to_str())
    made.model = models.BPE(
        data["model"]["vocab"], [tuple(m) for m in data["model"]["merges"]], unk_token="<unk>", fuse_unk=True, byte_fallback=True
    )
    made.add_special_tokens([special(name) for name in names])
    made.post_processor = processors.TemplateProcessing(
        single=["<s>", "$A"], pair=["<s>", "$A", "<s>:1", "$B:1"], special_tokens=[("<s>", made.token_to_id("<s>"))]
    )
    return made, {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "model_max_length": 2048, "tokenizer_class": "LlamaTokenizer", "legacy": True}


def llama3():
    names = ["<|begin_of_text|>", "<|end_of_text|>"]
    made = Tokenizer(models.BPE(ignore_merges=True, byte_fallback=False, fuse_unk=False))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(LLAMA3_SPLIT, behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(
        CORPUS, trainers.BpeTrainer(vocab_size=420, initial_alphabet=byte_alphabet(), special_tokens=[], show_progress=False)
    )
    made.add_special_tokens([special(name) for name in names])
    made.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=True, add_prefix_space=True, use_regex=True),
            processors.TemplateProcessing(
                single=["<|begin_of_text|>", "$A"],
                pair=["<|begin_of_text|>", "$A", "<|begin_of_text|>:1", "$B:1"],
                special_tokens=[("<|begin_of_text|>", made.token_to_id("<|begin_of_text|>"))],
            ),
        ]
    )
    return made, {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>", "model_max_length": 131072, "tokenizer_class": "PreTrainedTokenizerFast"}


def decode(made, ids):
    """As transformers decodes: for CLIP it turns the marks that end words into spaces."""
    text = made.decode(ids, skip_special_tokens=True)
    if getattr(made.model, "end_of_word_suffix", None) == "</w>":
        return text.replace("</w>", " ").strip()
    return text


def record(made, config):
    def encoded(text, pair=None, special=True):
        got = made.encode(text, pair, add_special_tokens=special)
        return {"ids": got.ids, "types": got.type_ids}

    named = [value for key, value in config.items() if key.endswith("_token")]
    texts = TEXTS + [f"before {named[0]} between{named[-1]}after"]
    singles = []
    for text in texts:
        whole = encoded(text)
        singles.append(
            {
                "text": text,
                **whole,
                "bare": encoded(text, special=False)["ids"],
                "decoded": decode(made, whole["ids"]),
            }
        )
    pairs = [{"text": a, "pair": b, **encoded(a, b)} for a, b in PAIRS]
    truncated = []
    # An odd token goes to the longer text, and since 0.22 or so the core judges that after it has stopped reading somewhere in a word: even room has no such question.
    around = len(made.encode("a", "a").ids) - 2 * len(made.encode("a", add_special_tokens=False).ids)
    for length in (around + 2, around + 6, around + 10):
        made.enable_truncation(length)
        truncated += [{"length": length, "text": text, **encoded(text)} for text in (TEXTS[1], TEXTS[0], TEXTS[2])]
        truncated += [{"length": length, "text": a, "pair": b, **encoded(a, b)} for a, b in PAIRS]
    made.no_truncation()
    return {"singles": singles, "pairs": pairs, "truncated": truncated}


def main(folder):
    folder = pathlib.Path(folder)
    families = {"clip": clip, "bert": bert, "roberta": roberta, "gpt2": gpt2, "t5": t5, "llama2": llama2, "llama3": llama3}
    for name, make in families.items():
        made, config = make()
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "tokenizer.json").write_text(made.to_str(pretty=False) + "\n")
        (folder / name / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
        recorded = {
            "reference": {
                "script": "tools/python/record_tokenizers.py",
                "tokenizers": tokenizers.__version__,
                "sentencepiece": sentencepiece.__version__,
                "transformers": transformers.__version__,
            },
            **record(made, config),
        }
        (folder / name / "cases.json").write_text(json.dumps(recorded, ensure_ascii=True, separators=(",", ":")) + "\n")


main(sys.argv[1])
