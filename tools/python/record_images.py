"""Records what PIL makes of small images, for engine/src/images/golden: PNG and JPEG files, and the bytes of their resized and cropped forms.

usage: python3 tools/python/record_images.py engine/src/images/golden
"""

import base64
import io
import json
import pathlib
import sys

import numpy
import PIL
from PIL import Image

FILTERS = {
    "nearest": Image.NEAREST,
    "box": Image.BOX,
    "bilinear": Image.BILINEAR,
    "hamming": Image.HAMMING,
    "bicubic": Image.BICUBIC,
    "lanczos": Image.LANCZOS,
}


def bytes_of(image):
    return base64.b64encode(numpy.asarray(image, dtype=numpy.uint8).tobytes()).decode()


def encode(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def main(folder):
    random = numpy.random.default_rng(7)
    y, x = numpy.mgrid[0:23, 0:37]
    waves = numpy.stack(
        [127 + 120 * numpy.sin(x / 3 + c) * numpy.cos(y / (2 + c)) for c in range(3)], axis=-1
    ).astype(numpy.uint8)
    noise = random.integers(0, 256, (23, 37, 3), dtype=numpy.uint8)
    rgb = Image.fromarray(numpy.where((x // 6 % 2 == 0)[..., None], waves, noise))
    alpha = rgb.copy()
    alpha.putalpha(Image.fromarray((x * 6).astype(numpy.uint8)))
    sources = {
        "rgb.png": encode(rgb, "PNG"),
        "alpha.png": encode(alpha, "PNG"),
        "grey.png": encode(rgb.convert("L"), "PNG"),
        "palette.png": encode(rgb.quantize(32), "PNG"),
        "photo.jpg": encode(Image.fromarray(waves), "JPEG", quality=92, subsampling=0),
    }
    folder = pathlib.Path(folder)
    decoded = []
    for name, data in sources.items():
        (folder / name).write_bytes(data)
        opened = Image.open(io.BytesIO(data))
        decoded.append(
            {
                "file": name,
                "height": opened.height,
                "width": opened.width,
                "RGB": bytes_of(opened.convert("RGB")),
                "L": bytes_of(opened.convert("RGB").convert("L") if opened.mode != "L" else opened),
            }
        )
    resized = []
    for filter_name, number in FILTERS.items():
        for height, width in ((8, 8), (23, 16), (11, 37), (40, 61), (1, 1)):
            resized.append(
                {
                    "filter": filter_name,
                    "height": height,
                    "width": width,
                    "bytes": bytes_of(rgb.resize((width, height), number)),
                }
            )
    # CLIP: the shorter side to 14, bicubic, then the middle 12 x 12; ViT: both sides to 12, bilinear.
    short = rgb.resize((int(14 * 37 / 23), 14), Image.BICUBIC)
    left = (short.width - 12) // 2
    clip = numpy.asarray(short)[1:13, left : left + 12]
    mean = numpy.array([0.48145466, 0.4578275, 0.40821073], dtype=numpy.float32)
    deviation = numpy.array([0.26862954, 0.26130258, 0.27577711], dtype=numpy.float32)
    scaled = (clip.astype(numpy.float32) * numpy.float32(1 / 255) - mean) / deviation
    processed = [
        {
            "name": "clip",
            "config": {"size": {"shortest_edge": 14}, "crop_size": {"height": 12, "width": 12}, "do_center_crop": True},
            "bytes": bytes_of(clip),
            "values": [float(v) for v in scaled.transpose(2, 0, 1).reshape(-1)[::7]],
            "every": 7,
        },
        {
            "name": "vit",
            "config": {"size": {"height": 12, "width": 12}, "resample": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]},
            "bytes": bytes_of(rgb.resize((12, 12), Image.BILINEAR)),
            "values": [
                float(v)
                for v in (
                    (numpy.asarray(rgb.resize((12, 12), Image.BILINEAR)).astype(numpy.float32) * numpy.float32(1 / 255) - 0.5)
                    / 0.5
                )
                .transpose(2, 0, 1)
                .reshape(-1)[::7]
            ],
            "every": 7,
        },
    ]
    record = {
        "reference": {"script": "tools/python/record_images.py", "pillow": PIL.__version__},
        "decoded": decoded,
        "resized": resized,
        "processed": processed,
    }
    (folder / "images.json").write_text(json.dumps(record, indent=1) + "\n")


main(sys.argv[1])
