"""Has lm-evaluation-harness score its model `dummy` (seeded random answers) on two tiny tasks, and writes its results file for server/src/scores/golden.

usage: python3 tools/python/record_lm_eval.py server/src/scores/golden/results.json
"""

import json
import pathlib
import random
import sys
import tempfile

import lm_eval
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager

PAIRS = """task: pairs
dataset_path: json
dataset_kwargs: {data_files: {validation: ROWS}}
output_type: multiple_choice
validation_split: validation
doc_to_text: "{{sentence1}} and {{sentence2}}?"
doc_to_target: label
doc_to_choice: ["no", "yes"]
metric_list: [{metric: acc}, {metric: mcc}]
metadata: {version: 1.0}
"""
ANSWERS = """task: answers
dataset_path: json
dataset_kwargs: {data_files: {validation: ROWS}}
output_type: generate_until
validation_split: validation
doc_to_text: "{{sentence1}}"
doc_to_target: sentence2
metric_list: [{metric: exact_match}]
metadata: {version: 1.0}
"""


def main(target):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rows = [{"sentence1": f"text {i}", "sentence2": f"other {i % 3}", "label": i % 2} for i in range(20)]
        (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        for task, text in (("pairs", PAIRS), ("answers", ANSWERS)):
            (folder / f"{task}.yaml").write_text(text.replace("ROWS", str(folder / "rows.jsonl")))
        random.seed(1)
        tracker = EvaluationTracker(output_path=str(folder / "out"))
        results = lm_eval.simple_evaluate(
            model="dummy",
            tasks=["pairs", "answers"],
            task_manager=TaskManager(include_path=name),
            bootstrap_iters=50,
            evaluation_tracker=tracker,
        )
        samples = results.pop("samples", None)
        tracker.save_results_aggregated(results=results, samples=samples)
        (written,) = (folder / "out").rglob("results_*.json")
        found = json.loads(written.read_text().replace(name, "."))
    # The machine that it ran on is nobody's business, and other at each run.
    for key in ("pretty_env_info", "transformers_version", "git_hash", "upper_git_hash", "date", "start_time", "end_time", "total_evaluation_time_seconds"):
        found.pop(key, None)
    found.setdefault("lm_eval_version", lm_eval.__version__)
    pathlib.Path(target).write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
