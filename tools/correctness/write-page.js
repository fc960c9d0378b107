// The words of docs/correctness.md.

/** Why PEFT's answer is another, by what a case's name begins with. */
const CAUSES = [
  [
    'cat-rslora',
    'alpha = r is written for a scale of 1, but `use_rslora` is inherited from the first adapter: the sum is √r too large',
  ],
  ['svd-rslora', 'alpha = r is written for a scale of 1, but `use_rslora` is inherited: the result is √r too large'],
  ['linear-rslora', 'one adapter with weight 1 comes back √r too large'],
  [
    'linear-identical',
    'square roots of the weights go on A and on B: the average of n equal adapters is n times the adapter',
  ],
  ['linear-', 'A’s and B’s are added up separately: cross terms B_i·A_j appear'],
  ['ties-svd', '0.20 multiplies each update by its scale twice; mended in 0.21.0'],
  ['ties-', 'TIES trims and elects on A and B, not on the update'],
  ['magnitude-prune-svd', '0.20 multiplies each update by its scale twice; mended in 0.21.0'],
  ['svd-', '0.20 multiplies each update by its scale twice; mended in 0.21.0'],
  ['identity-svd', '0.20 multiplies the update by its scale twice; mended in 0.21.0'],
  ['magnitude-prune', 'entries of A and B are pruned, not those of the update'],
];
const causeOf = (name) => CAUSES.find(([start]) => name.startsWith(start))?.[1] ?? '';

/** What we do with adapters that PEFT refuses or breaks. */
const ANSWERS = {
  'refuse-linear-mixed': 'the exact sum, at the sum of the ranks or the rank asked for',
  'refuse-linear-pattern': 'the exact sum, module by module',
  'refuse-modules-to-save': 'the weighted sum of the differences to the base',
  'refuse-name-in-use': 'a run has an id of its own; nothing is overwritten or skipped',
  'refuse-regex-with-list': 'the exact sum: targets are what the files hold',
  'svd-rank-above-dimension': 'the exact sum: no rank is made up',
};

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells) => `| ${cells.map(cell).join(' | ')} |`;
const table = (heads, rows) => [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
const figure = (error) => (error < 1e-6 ? '< 1e-6' : error.toPrecision(3));

export function writePage({ record, released, combinations, identities, refusals, roundTrips, mergekit }, limit) {
  const ours = `< ${limit.toExponential(0)}`;
  const isRight = ({ name, peftIsRight }) => peftIsRight && record.merges[name] < limit;
  const wrong = combinations.filter((one) => !isRight(one));
  const right = combinations.filter(isRight);
  const imported = roundTrips.filter(({ exported }) => exported !== undefined);
  const refused = roundTrips.filter((one) => one.refused !== undefined);
  return `# Correctness

What PEFT and mergekit answer, what Crucible answers, and the truth, for the same small adapters. Every error is ‖answer − truth‖ / ‖truth‖ in the Frobenius
norm over all changed weights of a case (or over its logits, where that is said): 0 is right, 1 is as wrong as answering nothing.

The adapters were saved by PEFT 0.21.0, over a tiny Llama and a tiny GPT-2; they lie in \`engine/golden/peft\` with what PEFT made of them. The truth is the exact sum
Σ w·s·B·A in float64 from the files alone, the rule on those updates, or the best approximation at the output rank. Crucible imports the folders, fuses them with the
same runner as the platform, writes the result and reads it again. The last digits of float32 differ from machine to machine, so ours is given as a bound.

This page is written by a script, which fails where an answer of ours is off by ${limit.toExponential(0)} or more:

\`\`\`sh
npm run build
npm exec -- node tools/print-correctness.js          # writes this page
npm exec -- node tools/print-correctness.js --check  # says whether it is stale
\`\`\`

## Where PEFT is wrong

${table(
  ['case', 'what is asked', `PEFT ${record.peft}`, 'PEFT 0.21.0', 'ours', 'why'],
  wrong.map(({ name, checks }) => [
    `\`${name}\``,
    checks,
    figure(record.merges[name]),
    figure(released.merges[name]),
    ours,
    causeOf(name),
  ]),
)}

PEFT ${released.peft} was run for this page as released (torch ${released.torch}); the golden cases hold what it answered before, which is the same. PEFT ${record.peft} was run for this page from its sources (commit 5d602fd, torch ${record.torch}) by \`tools/python/check_peft.py\`. It errs wherever 0.21.0
does, and in every \`svd\`, \`ties_svd\` and \`magnitude_prune_svd\` besides. The rsLoRA defect is fixed in a pull request (huggingface/peft 3449) that neither has.

With weights [1, 0] the answer is the first adapter. Errors of the logits:

${table(
  ['case', `PEFT ${record.peft}`, 'PEFT 0.21.0', 'ours', 'why'],
  identities.map(({ name, dora }) => [
    `\`${name}\``,
    figure(record.merges[name]),
    figure(released.merges[name]),
    ours,
    dora
      ? 'PEFT starts the magnitudes again from the base; we apply DoRA exactly through the base, and refuse to fuse such adapters without it'
      : 'PEFT leaves the bias of B at zero; we fuse biases as what they are',
  ]),
)}

In ${right.length} further cases PEFT is right, and so are we (each ${ours}): ${right.map(({ name }) => `\`${name}\``).join(', ')}.

## What PEFT refuses, or makes and cannot run

${table(
  ['case', 'PEFT', 'ours', 'our error'],
  refusals.map(({ name, peft, ours: error }) => [
    `\`${name}\``,
    peft,
    ANSWERS[name] ?? '',
    error === undefined ? '–' : ours,
  ]),
)}

## Where mergekit is wrong

Its outputs at commit a6e4028, recorded with the golden cases; its own functions (\`magnitude_outliers\`, \`sce_merge\`) give the same again. The truth is the method as documented. Errors of the task vectors. Our presets named MERGEKIT repeat its answer for those who need it.

${table(
  ['case', 'what is asked', 'mergekit', 'ours'],
  mergekit.map(({ name, checks, peer }) => [`\`${name}\``, checks, figure(peer), ours]),
)}

## Adapters in and out

Logits of the base with each of PEFT’s ${roundTrips.length} adapters, read by us, against PEFT’s own: each ${ours}. Of these ${imported.length} are imported, exported as a PEFT folder of one rank, and
read again: each ${ours}. ${refused.map(({ name }) => `\`${name.replace('adapter-', '')}\``).join(' and ')} (DoRA) are exact through the base and refused as adapters, for two of them have no exact sum without it.

PEFT itself loads what we export. PEFT ${released.peft} as released, and its sources at ${record.peft}, loaded all ${released.exports.folders} folders (${imported.length} adapters, and the exports of ${combinations.length} merges) with
\`PeftModel.from_pretrained\`, over models of plain PyTorch: their logits are those that we compute to ${Math.max(released.exports.worst, record.exports.worst).toExponential(1)}, and for single adapters those that PEFT gave for the original. A reader of numpy alone, with rules of its own, finds
the same changes of every weight to float32.

\`\`\`sh
npm exec -- node tools/export-golden-adapters.js OUT
# numpy alone: compares the change of every weight with the original, PEFT's own deltas, or the exact answer of a merge
python3 tools/python/read_peft.py --exports OUT --golden engine/golden/peft
# pip install torch peft: loads every folder; then repeats PEFT's answers above (--peft-source PEFT/src for a checkout)
python3 tools/python/check_peft.py --golden engine/golden/peft --exports OUT
python3 tools/python/check_peft.py --golden engine/golden/peft
# PyTorch and mergekit: repeats its answers above
python3 tools/python/check_mergekit.py --plugins plugins
\`\`\`

None of them belongs to \`npm test\`, which needs Node alone. Of transformers, accelerate, huggingface_hub and safetensors the second stands in for what is not installed (nothing in the run of ${released.peft}, all four in that of ${record.peft}); the
mathematics is PEFT's own.
`;
}
