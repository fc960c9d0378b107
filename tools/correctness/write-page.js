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
  ['ties-', 'TIES trims and elects on A and B, not on the update'],
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
const figure = (error) => error.toPrecision(3);

export function writePage({ combinations, identities, refusals, roundTrips, mergekit }, limit) {
  const ours = `< ${limit.toExponential(0)}`;
  const wrong = combinations.filter(({ peftIsRight }) => !peftIsRight);
  const right = combinations.filter(({ peftIsRight }) => peftIsRight);
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
  ['case', 'what is asked', 'PEFT', 'ours', 'why'],
  wrong.map(({ name, checks, peft }) => [`\`${name}\``, checks, figure(peft), ours, causeOf(name)]),
)}

With weights [1, 0] the answer is the first adapter. Errors of the logits:

${table(
  ['case', 'PEFT', 'ours', 'why'],
  identities.map(({ name, dora, peft }) => [
    `\`${name}\``,
    figure(peft),
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

Its outputs at commit a6e4028; the truth is the method as documented. Errors of the task vectors. Our presets named MERGEKIT repeat its answer for those who need it.

${table(
  ['case', 'what is asked', 'mergekit', 'ours'],
  mergekit.map(({ name, checks, peer }) => [`\`${name}\``, checks, figure(peer), ours]),
)}

## Adapters in and out

Logits of the base with each of PEFT’s ${roundTrips.length} adapters, read by us, against PEFT’s own: each ${ours}. Of these ${imported.length} are imported, exported as a PEFT folder of one rank, and
read again: each ${ours}. ${refused.map(({ name }) => `\`${name.replace('adapter-', '')}\``).join(' and ')} (DoRA) are exact through the base and refused as adapters, for two of them have no exact sum without it.

An exported folder can be judged without us:

\`\`\`sh
npm exec -- node tools/export-golden-adapters.js OUT
# numpy alone: reads every folder by its own rules, and compares the change of every weight with the original, PEFT's own deltas, or the exact answer of a merge
python3 tools/python/read_peft.py --exports OUT --golden engine/golden/peft
# PyTorch, transformers and PEFT: loads every folder with PEFT and compares logits with ours; repeats PEFT's answers above
python3 tools/python/check_peft.py --exports OUT --golden engine/golden/peft
python3 tools/python/check_peft.py --golden engine/golden/peft
# mergekit: repeats its answers above
python3 tools/python/check_mergekit.py --plugins plugins
\`\`\`

None of them belongs to \`npm test\`, which needs Node alone. The first was run on the ${imported.length} adapters and ${combinations.length} merges of this page: all changes agree to float32. The others
have not been run yet on our side, for want of PyTorch: the peers' outputs above are recordings that came with the golden cases. PEFT's rsLoRA defect is fixed in a pull request (huggingface/peft 3449) that
0.21.0 does not have.
`;
}
