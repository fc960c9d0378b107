"""Records what scikit-learn and SciPy say of seeded answers, for engine/src/metrics/golden/metrics.json.

usage: python3 tools/python/record_metrics.py > engine/src/metrics/golden/metrics.json
"""

import json
import math
import sys

import numpy
import scipy
import scipy.stats
import sklearn
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef


def class_case(name, expected, predicted, classes):
    return {
        "name": name,
        "kind": "classes",
        "classes": classes,
        "expected": [int(x) for x in expected],
        "predicted": [int(x) for x in predicted],
        "values": {
            "accuracy": float(accuracy_score(expected, predicted)),
            # A prediction of -1 names no class: it is left out of the mean over classes, and is one more class for Matthews.
            "macro_f1": float(
                f1_score(
                    expected,
                    predicted,
                    average="macro",
                    labels=sorted((set(expected) | set(predicted)) - {-1}),
                    zero_division=0,
                )
            ),
            "matthews": float(matthews_corrcoef(expected, predicted)),
        },
    }


def number_case(name, expected, predicted):
    return {
        "name": name,
        "kind": "numbers",
        "expected": [float(x) for x in expected],
        "predicted": [float(x) for x in predicted],
        "values": {
            "pearson": float(scipy.stats.pearsonr(predicted, expected)[0]),
            "spearman": float(scipy.stats.spearmanr(predicted, expected)[0]),
        },
    }


def main():
    random = numpy.random.default_rng(20261124)
    cases = []
    for classes, n in ((2, 40), (3, 60), (10, 200)):
        expected = random.integers(0, classes, n)
        wrong = random.random(n) < 0.35
        predicted = numpy.where(wrong, random.integers(0, classes, n), expected)
        cases.append(class_case(f"{classes} classes", expected.tolist(), predicted.tolist(), classes))
    cases.append(class_case("one predicted class", [0, 1, 1, 0, 1], [1, 1, 1, 1, 1], 2))
    cases.append(class_case("all wrong", [0, 1, 0, 1], [1, 0, 1, 0], 2))
    cases.append(class_case("all right", [0, 1, 2, 1], [0, 1, 2, 1], 3))
    cases.append(class_case("a class nobody expects", [0, 1, 0, 1], [0, 2, 0, 1], 4))
    cases.append(class_case("unanswered", [0, 1, 2, 1, 0, 2], [0, -1, 2, 1, -1, 1], 3))
    cases.append(class_case("rare positive", [0] * 18 + [1] * 2, [0] * 17 + [1] * 2 + [0], 2))
    scores = random.random(50) * 5
    cases.append(number_case("a noisy line", scores, scores + random.normal(0, 1, 50)))
    cases.append(number_case("many ties", numpy.round(scores), numpy.round(scores + random.normal(0, 1, 50))))
    cases.append(number_case("monotone, not linear", numpy.arange(1, 21), numpy.exp(numpy.arange(1, 21) / 3)))
    cases.append(number_case("against each other", [1, 2, 3, 4], [8, 6, 4, 2]))
    cases.append(number_case("a large offset", 1e9 + scores, scores * 2 + 1e9))
    tokens = random.integers(1, 30, 25)
    nll = random.random(25) * 3 * tokens
    cases.append(
        {
            "name": "texts of unequal length",
            "kind": "likelihoods",
            "negativeLogLikelihood": nll.tolist(),
            "tokens": tokens.tolist(),
            "values": {"perplexity": math.exp(float(nll.sum()) / int(tokens.sum()))},
        }
    )
    json.dump(
        {
            "reference": {
                "script": "tools/python/record_metrics.py",
                "scikit-learn": sklearn.__version__,
                "scipy": scipy.__version__,
                "numpy": numpy.__version__,
            },
            "cases": cases,
        },
        sys.stdout,
        indent=1,
    )
    print()


main()
