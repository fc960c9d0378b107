import type { EntityManager } from '@mikro-orm/postgresql';
import { BaseModel, type ExportedFileRecord, type ModelFusionReport, type ModelFusionRun } from '../entities/index.js';
import { readScores, readStrategyInput, type CardScore, type CardStrategy } from './card-data.js';
import { filesSection, scoresSection, strategyWords } from './card-sections.js';
import { loaderClass } from './loader-class.js';
import { cell, code, figure, line } from './markdown.js';

/** All that the card of a fused whole model says, apart from how it says it. */
export interface FusedModelCard {
  readonly name: string;
  readonly base: { readonly name: string; readonly digest: string };
  readonly models: readonly { readonly name: string; readonly digest: string; readonly weight: number }[];
  readonly strategy: CardStrategy;
  readonly options: Readonly<Record<string, unknown>>;
  /** As a request has them: a `StrategyInput`. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly dtype: string;
  readonly maxShardBytes: number | null;
  readonly vocabulary: string;
  readonly seed: number;
  readonly fingerprint: string | null;
  readonly parameterCount: number;
  /** Class of transformers that loads it. */
  readonly loader: string;
  readonly report: ModelFusionReport;
  readonly files: readonly ExportedFileRecord[];
  readonly scores: readonly CardScore[];
}

/** The README.md of a fused model, from what the database knows of its run; scores are there where the same weights were scored before. */
export async function describeFusedModel(
  em: EntityManager,
  run: ModelFusionRun,
  made: {
    readonly digest: string;
    readonly parameterCount: number;
    readonly config: Readonly<Record<string, unknown>>;
    readonly files: readonly ExportedFileRecord[];
    readonly report: ModelFusionReport;
  },
): Promise<string> {
  const { name, strategyVersion, options, dtype, maxShardBytes, vocabulary, seed, fingerprint } = run;
  const { key, title, references } = await run.strategy.loadOrFail();
  const base = await run.base.loadOrFail();
  const rows = await em.find(BaseModel, { id: { $in: run.models.map(({ model }) => model) } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const known = await em.findOne(BaseModel, { digest: made.digest });
  return formatFusedModelCard({
    name,
    base: { name: base.name, digest: base.digest },
    models: run.models.map(({ model, weight }) => {
      const { name, digest } = byId.get(model)!;
      return { name, digest, weight };
    }),
    strategy: { key, title, version: strategyVersion, references },
    options,
    input: await readStrategyInput(em, key, options),
    dtype,
    maxShardBytes,
    vocabulary,
    seed,
    fingerprint,
    parameterCount: made.parameterCount,
    loader: loaderClass(null, made.config),
    report: made.report,
    files: made.files,
    scores: known === null ? [] : await readScores(em, { base: known.id, adapter: null }),
  });
}

/** A function of its data alone: equal data give equal text. */
export function formatFusedModelCard(card: FusedModelCard): string {
  const sections = [
    `# ${line(card.name)}`,
    introduction(card),
    lineage(card),
    changes(card),
    scoresSection(card.scores),
    reproduce(card),
    `## How to load it

\`\`\`python
from transformers import ${card.loader}

model = ${card.loader}.from_pretrained("path/to/this/folder")
\`\`\``,
    filesSection(card.files),
  ];
  return `${frontMatter(card)}\n${sections.join('\n\n')}\n`;
}

/** YAML of strings in JSON's quotes, which YAML reads as they are. */
function frontMatter({ name, base, models, strategy }: FusedModelCard): string {
  const list = (values: readonly string[]): string[] => values.map((value) => `  - ${JSON.stringify(value)}`);
  return [
    '---',
    'base_model:',
    ...list([...new Set([base.name, ...models.map((model) => model.name)])]),
    'base_model_relation: merge',
    'library_name: transformers',
    'tags:',
    ...list(['crucible', 'merge', strategy.key]),
    `model_name: ${JSON.stringify(name)}`,
    '---',
    '',
  ].join('\n');
}

function introduction({ base, models, strategy, dtype, parameterCount, report }: FusedModelCard): string {
  return `A whole model, fused from ${models.length} checkpoints of ${code(base.name)} by ${line(strategy.title)}.

| | |
| --- | --- |
| base model | ${code(base.name)} |
| digest of the base's weights | ${code(base.digest)} |
| digest of its files of weights | ${code(report.digest)} |
| parameters | ${parameterCount} |
| numbers | ${dtype === 'KEEP' ? 'as the base has them' : dtype} |`;
}

function lineage({ models, strategy, options, vocabulary, seed, fingerprint }: FusedModelCard): string {
  const rows = models.map(
    ({ name, digest, weight }, index) => `| ${index + 1} | ${cell(name)} | ${weight} | ${code(digest)} |`,
  );
  const same = fingerprint === null ? '' : ` Fingerprint ${code(fingerprint)}.`;
  return `## Made of

| # | checkpoint | weight | digest of its weights |
| --- | --- | --- | --- |
${rows.join('\n')}

Strategy ${strategyWords(strategy)} on task vectors θ_i − θ_0, tensor by tensor, seed ${seed}, vocabularies ${code(vocabulary)}.${same}

\`\`\`json
${JSON.stringify(options, undefined, 2)}
\`\`\``;
}

function changes({ models, report }: FusedModelCard): string {
  const { tensors, changedTensors, modelNorms, outputNorm, roundedTo, notes } = report;
  const rows = models.map(({ name }, index) => `| ${cell(name)} | ${figure(modelNorms[index] ?? 0)} |`);
  const rounded = roundedTo.length
    ? `Results were rounded once, to nearest even, to ${roundedTo.join(', ')}: that is all that stands between them and the rule's.`
    : 'No number was rounded.';
  return `## What changed

| | ‖θ − θ_0‖ |
| --- | --- |
${rows.join('\n')}
| this model | ${figure(outputNorm)} |

${changedTensors} tensors differ from the base's: ${tensors.combined} are weighted sums of stored numbers, ${tensors.merged} the base plus what the rule made, ${tensors.tied} tied to another, ${tensors.copied} copied. ${rounded}${notes.map((note) => `\n\n${line(note)}`).join('')}`;
}

function reproduce({ base, models, input, dtype, maxShardBytes, vocabulary, seed, report }: FusedModelCard): string {
  const variables = {
    input: {
      base: '<id of the base>',
      models: models.map(({ weight }, index) => ({ id: `<id of checkpoint ${index + 1}>`, weight })),
      strategy: input,
      dtype,
      ...(maxShardBytes === null ? {} : { maxShardBytes }),
      vocabulary,
      seed,
    },
  };
  return `## How to make it again

In a Crucible that has the models above. A model's id is found by the digest of its weights:

\`\`\`graphql
{ baseModels(filter: { digest: ${JSON.stringify(base.digest)} }) { nodes { id } } }
\`\`\`

\`\`\`graphql
mutation ($input: FuseModelsInput!) {
  fuseModels(input: $input) { __typename ... on ModelFusionRun { id } ... on Problem { code message } }
}
\`\`\`

\`\`\`json
${JSON.stringify(variables, undefined, 2)}
\`\`\`

Its files of weights have digest ${code(report.digest)} again, on the same backend.`;
}
