"""Writes small parquet files as the `datasets` library writes them, for engine/src/tasks/datasets/golden.

usage: python3 tools/python/record_parquet.py engine/src/tasks/datasets/golden
"""

import io
import json
import pathlib
import sys

import numpy
import pyarrow
import pyarrow.parquet
from PIL import Image


def write(path, columns, features, compression, rows_per_group):
    table = pyarrow.table(columns)
    table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    pyarrow.parquet.write_table(table, path, compression=compression, row_group_size=rows_per_group)


def main(folder):
    folder = pathlib.Path(folder)
    text = {"dtype": "string", "_type": "Value"}
    label = {"names": ["unacceptable", "acceptable"], "_type": "ClassLabel"}
    # More rows than one batch of the reader, so that batches and row groups do not fall together.
    count = 5000
    write(
        folder / "sentences.parquet",
        {
            "sentence": pyarrow.array([f"sentence {i} \u00e9" for i in range(count)]),
            "label": pyarrow.array([i * 7 % 3 % 2 for i in range(count)], pyarrow.int64()),
            "idx": pyarrow.array(range(count), pyarrow.int32()),
        },
        {"sentence": text, "label": label, "idx": {"dtype": "int32", "_type": "Value"}},
        "zstd",
        2000,
    )
    write(
        folder / "scores.parquet",
        {
            "sentence1": pyarrow.array(["a", "b", "c"]),
            "sentence2": pyarrow.array(["x", "y", "z"]),
            "label": pyarrow.array([0.5, 3.8, 5.0], pyarrow.float32()),
        },
        {"sentence1": text, "sentence2": text, "label": {"dtype": "float32", "_type": "Value"}},
        "snappy",
        2,
    )
    images = []
    for i in range(4):
        out = io.BytesIO()
        Image.fromarray(numpy.full((6, 5, 3), 50 * i, dtype=numpy.uint8)).save(out, "PNG")
        images.append({"bytes": out.getvalue(), "path": f"{i}.png"})
    write(
        folder / "images.parquet",
        {"image": pyarrow.array(images), "label": pyarrow.array([0, 1, 0, 1], pyarrow.int64())},
        {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}},
        "snappy",
        4,
    )


main(sys.argv[1])
