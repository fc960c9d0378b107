import { GraphQLInputObjectType, type GraphQLResolveInfo, print, astFromValue } from 'graphql';
import {
  Arg,
  createUnionType,
  Ctx,
  Field,
  ID,
  Info,
  InputType,
  Int,
  Mutation,
  ObjectType,
  registerEnumType,
  Resolver,
} from 'type-graphql';
import { isCrucibleError } from '@crucible/engine/errors';
import { FusionRun } from '../../entities/index.js';
import { importMergeConfig, type ImportedMergeConfig } from '../../merge-config/import-merge-config.js';
import { Problem } from '../../services/index.js';
import type { ApiContext } from '../context/api-context.js';

export enum MergeFindingSeverity {
  REFUSED = 'REFUSED',
  CHANGED = 'CHANGED',
  IGNORED = 'IGNORED',
}
registerEnumType(MergeFindingSeverity, {
  name: 'MergeFindingSeverity',
  description: 'What became of one thing that a merge configuration says.',
  valuesConfig: {
    REFUSED: { description: 'It is not done here; nothing is fused.' },
    CHANGED: { description: 'Taken, with a difference that the message states.' },
    IGNORED: { description: 'Without effect on the result here.' },
  },
});

@ObjectType({ description: 'What became of one thing that a merge configuration says, and where it stands.' })
export class MergeFinding {
  @Field(() => MergeFindingSeverity, { description: 'Whether it was refused, changed or ignored.' })
  severity!: MergeFindingSeverity;
  @Field(() => String, { description: 'What, and why.' })
  message!: string;
  @Field(() => [String], { description: 'Keys down to it.' })
  path!: readonly string[];
  @Field(() => Int, { description: 'Line, from 1.' })
  line!: number;
  @Field(() => Int, { description: 'Column, from 1.' })
  column!: number;
}

@ObjectType({ description: 'A merge configuration as a fusion.' })
export class MergeConfigImport {
  @Field(() => String, { description: 'The input of `fuse` that says the same, as GraphQL.' })
  input!: string;
  @Field(() => [MergeFinding], { description: 'What of the configuration was changed or ignored, in its order.' })
  findings!: readonly MergeFinding[];
  @Field(() => FusionRun, {
    nullable: true,
    description: 'The run, where `start` was asked for and nothing stood in its way.',
  })
  run!: FusionRun | null;
  @Field(() => Problem, { nullable: true, description: 'Why there is no run, where `start` was asked for.' })
  problem!: Problem | null;
}

@ObjectType({ implements: Problem, description: 'A merge configuration that cannot be done here, or is none.' })
export class InvalidMergeConfig extends Problem {
  @Field(() => [MergeFinding], { description: 'All that was found, in its order; what is REFUSED stands in the way.' })
  readonly findings: readonly MergeFinding[];

  constructor(problem: {
    readonly code: string;
    readonly message: string;
    readonly findings: readonly MergeFinding[];
  }) {
    super(problem.code, problem.message, ['yaml']);
    this.findings = problem.findings;
  }
}

@InputType({ description: 'Which adapter a model of a merge configuration is.' })
class MergeConfigAdapterInput {
  @Field(() => String, { description: 'The model as it stands in the configuration, or the path of its LoRA.' })
  reference!: string;
  @Field(() => ID, { description: 'The adapter.' })
  adapter!: string;
}

@InputType({ description: 'A mergekit configuration to take over.' })
class ImportMergeConfigInput {
  @Field(() => String, { description: 'The YAML, as text.' })
  yaml!: string;
  @Field(() => [MergeConfigAdapterInput], {
    nullable: true,
    description: 'Which adapters its models are. Those left out are looked for by their names.',
  })
  adapters?: MergeConfigAdapterInput[] | null;
  @Field(() => String, { nullable: true, description: 'A name for the run.' })
  name?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether to queue the fusion, or only to say what it is.' })
  start: boolean = false;
}

const ImportMergeConfigResult = createUnionType({
  name: 'ImportMergeConfigResult',
  description: 'A merge configuration as a fusion, or what of it cannot be done.',
  types: () => [MergeConfigImport, InvalidMergeConfig] as const,
});

@Resolver()
export class MergeConfigResolver {
  @Mutation(() => ImportMergeConfigResult, {
    description:
      'Reads a mergekit configuration of adapters of one base, says precisely what of it cannot be taken, and queues it if asked to.',
  })
  async importMergeConfig(
    @Arg('input', () => ImportMergeConfigInput, { description: 'The configuration.' }) input: ImportMergeConfigInput,
    @Ctx() { em, platform }: ApiContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<typeof ImportMergeConfigResult> {
    let imported: ImportedMergeConfig;
    try {
      imported = await importMergeConfig(em, input.yaml, input.adapters ?? []);
    } catch (error) {
      if (isCrucibleError(error))
        return new InvalidMergeConfig({ code: error.code, message: error.message, findings: [] });
      throw error;
    }
    const { fusion } = imported;
    const findings = imported.findings.map((finding) => ({
      ...finding,
      severity: MergeFindingSeverity[finding.severity],
    }));
    if (fusion === undefined) {
      const refused = findings.filter(({ severity }) => severity === MergeFindingSeverity.REFUSED);
      const message = refused.map((finding) => `line ${finding.line}: ${finding.message}.`).join(' ');
      return new InvalidMergeConfig({ code: 'MERGE_CONFIG_REFUSED', message, findings });
    }
    const adapters = fusion.members.map(({ adapter, weight }) => ({ id: adapter.id, weight }));
    const name = input.name ?? undefined;
    const fuseInput = { ...(name && { name }), adapters, strategy: { [fusion.strategy]: fusion.options } };
    const outcome = input.start
      ? await platform.services.fuse(em, {
          ...(name && { name }),
          adapters: adapters.map(({ id, weight }) => ({ adapter: id, weight })),
          strategy: { id: fusion.strategy, options: fusion.options },
        })
      : null;
    return Object.assign(new MergeConfigImport(), {
      input: literalOf(fuseInput, info),
      findings,
      run: outcome instanceof FusionRun ? outcome : null,
      problem: outcome instanceof Problem ? outcome : null,
    });
  }
}

/** Enum values spelled as the schema spells them, which JSON could not. */
function literalOf(value: unknown, { schema }: GraphQLResolveInfo): string {
  const type = schema.getType('FuseInput');
  const ast = type instanceof GraphQLInputObjectType ? astFromValue(value, type) : null;
  return ast ? print(ast) : '';
}
