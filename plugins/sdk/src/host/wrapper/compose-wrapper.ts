import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { FusionContext } from '../../contract/context.js';
import type {
  ModuleInput,
  ModuleOutput,
  ModuleStrategy,
  StrategyNeeds,
  WrappedModule,
  WrapperStrategy,
} from '../../contract/strategy.js';
import { pluginErrors } from '../../errors.js';
import { wrappedBy } from '../../options/check-rule.js';
import { wrapInput } from './wrap-input.js';
import { mergedBy } from './merged-by.js';

type Options = Readonly<Record<string, unknown>>;
type Input = ModuleInput<Options>;

/**
 * A wrapper around a rule is a rule: in each module the wrapper says what shall be merged instead, the inner rule merges that, and the wrapper takes
 * the result back. The inner rule's survey runs over the wrapped modules, made anew in each round, so that no more than one is held.
 *
 * Its options are the wrapper's own with `rule` beside them, parsed already. A wrapper whose `wrapModule` changes nothing gives what the inner rule
 * gives; to the bit where that answers with vectors, while a combination is summed over the wrapped vectors instead of in factors.
 */
export function composeWrapper(wrapper: WrapperStrategy, inner: ModuleStrategy): ModuleStrategy {
  const ofRule = (options: Options): Options => wrappedBy(wrapper, options).options;
  const { survey } = inner;

  /** Wraps one module, lets `work` see what the inner rule sees, and disposes what nobody else owns. */
  const within = async <T>(
    input: Input,
    context: FusionContext,
    work: (wrapped: Input, module: WrappedModule, own: (tensors: readonly Tensor2D[]) => void) => Promise<T>,
    kept: (result: T) => readonly Tensor2D[],
  ): Promise<T> => {
    const shown = new Set<Tensor2D>();
    const made = new Set<Tensor2D>();
    const own = (tensors: readonly Tensor2D[]): void => {
      for (const tensor of tensors) if (!shown.has(tensor)) made.add(tensor);
    };
    const watched = watch(input, shown);
    const module = await wrapper.wrapModule(watched as never, context);
    checkWrapped(wrapper, input, module);
    own(module.vectors.flat());
    const result = await work(wrapInput(watched, module, ofRule), module, own);
    const spared = new Set(kept(result));
    for (const tensor of made) if (!spared.has(tensor) && !tensor.isDisposed) tensor.dispose();
    return result;
  };

  return {
    kind: 'MODULE',
    id: wrapper.id,
    title: wrapper.title,
    description: wrapper.description,
    references: [...wrapper.references, ...inner.references],
    needs: joinNeeds(wrapper.needs, inner.needs),
    spaces: joinSpaces(wrapper, inner),
    options: wrapper.options,
    ...(wrapper.factorOrigin && { factorOrigin: wrapper.factorOrigin }),
    followsRotations: (options) => wrapper.followsRotations?.(options) ?? false,
    ...(survey && {
      survey: {
        rounds: (options) => (typeof survey.rounds === 'function' ? survey.rounds(ofRule(options)) : survey.rounds),
        start: (options, adapterCount) => survey.start(ofRule(options), adapterCount),
        observe: (input, state, round, context) =>
          within(
            input,
            context,
            async (wrapped) => survey.observe(wrapped, state, round, context),
            () => [],
          ),
        combine: (observations, state, round, options) => survey.combine(observations, state, round, ofRule(options)),
      },
    }),
    fuseModule: (input, state, context) =>
      within<ModuleOutput>(
        input,
        context,
        async (wrapped, module, own) => {
          const output = await inner.fuseModule(wrapped, state, context);
          const merged = await mergedBy(inner, wrapped, output, context.tf);
          own(merged);
          return module.restore(merged);
        },
        (output) => (output?.kind === 'vectors' ? output.vectors : []),
      ),
  };
}

/** The same input, remembering which tensors of the host's the wrapper was shown: those are not the wrapper's to give away. */
function watch(input: Input, shown: Set<Tensor2D>): Input {
  return {
    ...input,
    members: input.members.map((member) => ({
      position: member.position,
      digest: member.digest,
      weight: member.weight,
      options: member.options,
      factors: member.factors,
      ...(member.statistics && { statistics: member.statistics }),
      get vectors() {
        const { vectors } = member;
        for (const vector of vectors) shown.add(vector);
        return vectors;
      },
    })),
  };
}

function checkWrapped(wrapper: WrapperStrategy, { module, members }: Input, wrapped: WrappedModule): void {
  const invalid = (problem: string): Error => pluginErrors.invalidOutput({ strategy: wrapper.id, module, problem });
  if (typeof wrapped?.restore !== 'function') throw invalid('the wrapped module has no restore');
  const vectors: WrappedModule['vectors'] | undefined = wrapped.vectors;
  if (vectors?.length !== members.length) {
    throw invalid(`expected wrapped vectors of ${members.length} members, got ${vectors?.length ?? 'none'}`);
  }
  const shapes = (list: readonly Tensor2D[]): string => list.map(({ shape }) => `[${shape.join(', ')}]`).join(' ');
  const [first] = vectors;
  if (!first?.length) throw invalid('a member has no wrapped vectors');
  for (const [place, list] of vectors.entries()) {
    if (list.some((vector) => vector?.isDisposed !== false))
      throw invalid(`a wrapped vector of member ${place} is disposed`);
    if (shapes(list) === shapes(first)) continue;
    throw invalid(`wrapped vectors of member ${place} have shapes ${shapes(list)}, expected ${shapes(first)}`);
  }
}

function joinNeeds(outer: StrategyNeeds, inner: StrategyNeeds): StrategyNeeds {
  const most = Math.min(outer.maxAdapters ?? Infinity, inner.maxAdapters ?? Infinity);
  return {
    ...outer,
    minAdapters: Math.max(outer.minAdapters, inner.minAdapters),
    ...(most < Infinity && { maxAdapters: most }),
    sharedFrame: outer.sharedFrame === true || inner.sharedFrame === true,
    equalRank: outer.equalRank === true || inner.equalRank === true,
    order: outer.order === 'MATTERS' || inner.order === 'MATTERS' ? 'MATTERS' : 'INVARIANT',
  };
}

/** An element-wise rule works in any coordinates; of others the spaces that both know are left, or the wrapper's where there are none. */
function joinSpaces(wrapper: WrapperStrategy, inner: ModuleStrategy): WrapperStrategy['spaces'] {
  if (inner.elementwise === true) return wrapper.spaces;
  const [first, ...rest] = wrapper.spaces.filter((space) => inner.spaces.includes(space));
  return first === undefined ? wrapper.spaces : [first, ...rest];
}
