import type { EntityManager } from '@mikro-orm/postgresql';
import type { ExportedFileRecord, ExportLoss, ExportRun } from '../entities/index.js';
import { readCardData, type CardData, type CardExtraction, type CardFusion } from './card-data.js';
import { filesSection, scoresSection, strategyWords } from './card-sections.js';
import { cell, code, figure, line, percent, shorten } from './markdown.js';

export async function describeExportedModel(
  em: EntityManager,
  run: ExportRun,
  files: readonly ExportedFileRecord[],
  loss: ExportLoss | null,
): Promise<string> {
  return formatModelCard(await readCardData(em, run, files, loss));
}

/**
 * The README.md that goes with an export: front matter as the hub reads it, then what the model is made of, how near it is to the exact result, what it
 * scored, and the request that makes the same bytes again. A function of its data alone: equal data give equal text.
 */
export function formatModelCard(data: CardData): string {
  const sections = [
    `# ${line(data.adapter.name)}`,
    introduction(data),
    data.adapter.form === 'TANGENT' ? tangentForm(data) : null,
    data.fusion && lineage(data.fusion),
    data.training &&
      `## Training\n\nTrained by ${code(data.training.method)} on the task ${code(data.training.task)} with seed ${data.training.seed}.`,
    data.imported && importedFrom(data.imported),
    data.extraction && extractedFrom(data.extraction),
    fidelity(data),
    scoresSection(data.scores),
    data.fusion && reproduce(data, data.fusion),
    usage(data),
    filesSection(data.files),
  ];
  return `${frontMatter(data)}\n${sections.filter((section) => section !== null).join('\n\n')}\n`;
}

/** YAML of strings in JSON's quotes, which YAML reads as they are. */
function frontMatter({ base, format, fusion, adapter }: CardData): string {
  const tags = ['crucible', 'lora', ...(fusion ? ['merge', fusion.strategy.key] : [])];
  return [
    '---',
    `base_model: ${JSON.stringify(base.name)}`,
    ...(fusion ? ['base_model_relation: merge'] : format === 'PEFT' ? ['base_model_relation: adapter'] : []),
    `library_name: ${format === 'PEFT' ? 'peft' : 'transformers'}`,
    'tags:',
    ...tags.map((tag) => `  - ${JSON.stringify(tag)}`),
    `model_name: ${JSON.stringify(adapter.name)}`,
    '---',
    '',
  ].join('\n');
}

function introduction({ adapter, base, format, dtype, fusion }: CardData): string {
  const what =
    format === 'PEFT'
      ? `A LoRA adapter for ${code(base.name)}`
      : `${code(base.name)} with a LoRA adapter merged into its weights${dtype === null ? '' : `, in ${dtype}`}`;
  const how = fusion ? `, fused from ${fusion.members.length} adapters by ${line(fusion.strategy.title)}` : '';
  return `${what}${how}.

| | |
| --- | --- |
| base model | ${code(base.name)} |
| digest of the base's weights | ${code(base.digest)} |
| adapter | ${code(adapter.digest)} |
| rank | ${adapter.rank} |
| scale | ${adapter.scale} |
| parameters | ${adapter.parameterCount} |
| layers | ${cell(shorten(adapter.targetModules))} |`;
}

/** What leaves here is a change of weights whatever the adapter was scored as. */
function tangentForm({ format }: CardData): string {
  const applied = format === 'PEFT' ? 'Loaded into the base, its update is' : 'Here its update has been';
  return (
    `## Form\n\nThis adapter was trained, and is scored below, as a tangent of the network: f(θ0) + J(θ0)·ΔW. ${applied} added to the weights instead, which gives ` +
    `f(θ0 + ΔW): another function, equal to first order in ΔW only. Score it again before it is used.`
  );
}

function lineage({ strategy, options, space, outputRank, seed, fingerprint, members }: CardFusion): string {
  const rows = members.map(
    ({ name, digest, weight, origin }, index) =>
      `| ${index + 1} | ${cell(name)} | ${weight} | ${origin.toLowerCase()} | ${code(digest)} |`,
  );
  return `## Made of

| # | adapter | weight | | SHA-256 of its file |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

Strategy ${strategyWords(strategy)} in ${space} space, seed ${seed}, ${outputRank === null ? 'at the rank that the result has' : `recompressed to rank ${outputRank}`}. Fingerprint ${code(fingerprint)}.

\`\`\`json
${JSON.stringify(options, undefined, 2)}
\`\`\``;
}

function extractedFrom({ model, digest, rank, energy, targets, report }: CardExtraction): string {
  const asked = [
    ...(rank === null ? [] : [`at rank ${rank}`]),
    ...(energy === null ? [] : [`keeping ${percent(energy)} of ‖Δ‖² in each layer`]),
    ...(targets === null ? [] : [`of the layers ${cell(shorten(targets))}`]),
  ].join(', ');
  const lost =
    report === null
      ? ''
      : ` ‖Δ − B·A‖ is ${figure(report.relativeError)} of ‖Δ‖ over the ${report.modules} matrices that it carries; ${report.leftOutTensors} changed tensors are not in it.`;
  return `## Extracted from

The checkpoint ${code(model)}, whose weights have digest ${code(digest)}, ${asked}: a truncated SVD of what it changed.${lost}`;
}

function importedFrom({ from, file, commit }: NonNullable<CardData['imported']>): string {
  return `## Imported from

${code(from)}${commit === null ? '' : ` at commit ${code(commit)}`}, file ${code(file)}.`;
}

function fidelity({ fusion, loss, maxRank }: CardData): string | null {
  const report = fusion?.fidelity ?? null;
  if (report === null && loss === null) return null;
  const lines = ['## Fidelity', ''];
  if (report !== null) {
    lines.push(
      report.exact
        ? `The fusion is exact up to the rounding of float32 (${report.space} space, rank ${report.outputRank}).`
        : `Against the exact result of the same rule (${report.space} space, rank ${report.outputRank}): relative Frobenius error ${figure(report.relativeError)}, retained energy ${figure(report.retainedEnergy)}.`,
    );
    if (report.crossTermNorm !== undefined && report.crossTermNorm !== null) {
      lines.push(
        '',
        `Cross terms of merging factors apart: ${figure(report.crossTermNorm)} of the exact result's norm.`,
      );
    }
    if (report.perAdapter.length > 0) {
      lines.push('', '| adapter | retained energy |', '| --- | --- |');
      for (const one of report.perAdapter) lines.push(`| ${code(one.digest)} | ${figure(one.retainedEnergy)} |`);
    }
  }
  if (loss !== null) {
    if (report !== null) lines.push('');
    lines.push(written(loss, maxRank));
  }
  return lines.join('\n');
}

function written(loss: ExportLoss, maxRank: number | null): string {
  const { relativeError, truncatedModules, worstModule, worstError, outputRank } = loss;
  if (relativeError === 0) return 'The files hold every number of the adapter as it is.';
  const cut =
    truncatedModules > 0
      ? `${truncatedModules} modules were cut to rank ${outputRank ?? maxRank} (their best approximation). `
      : '';
  const worst =
    worstModule === null || worstError === null ? '' : `; most in ${code(worstModule)}, ${figure(worstError)}`;
  return `${cut}Writing it changed the update by ${figure(relativeError)} of its Frobenius norm${worst}.`;
}

function reproduce(data: CardData, { input, space, outputRank, seed, members }: CardFusion): string {
  const variables = {
    input: {
      adapters: members.map(({ weight }, index) => ({ id: `<id of adapter ${index + 1}>`, weight })),
      strategy: input,
      space,
      ...(outputRank === null ? {} : { outputRank }),
      seed,
    },
  };
  return `## How to make it again

In a Crucible that has the adapters above. An adapter's id is found by the digest of its file:

\`\`\`graphql
{ adapters(filter: { digest: ${JSON.stringify(members[0]?.digest ?? '')} }) { nodes { id } } }
\`\`\`

\`\`\`graphql
mutation ($input: FuseInput!) {
  fuse(input: $input) { __typename ... on FusionRun { id } ... on Problem { code message } }
}
\`\`\`

\`\`\`json
${JSON.stringify(variables, undefined, 2)}
\`\`\`

The output's file has SHA-256 ${code(data.adapter.digest)} again, on the same backend.`;
}

function usage({ base, format, loader }: CardData): string {
  if (format === 'MERGED_MODEL') {
    return `## How to load it

\`\`\`python
from transformers import ${loader}

model = ${loader}.from_pretrained("path/to/this/folder")
\`\`\``;
  }
  return `## How to load it

\`\`\`python
from peft import PeftModel
from transformers import ${loader}

base = ${loader}.from_pretrained(${JSON.stringify(base.name)})
model = PeftModel.from_pretrained(base, "path/to/this/folder")
\`\`\``;
}
