import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Split } from '@crucible/engine/tasks';
import { Lru } from '../../analysis/lru.js';
import { SplitName, Task } from '../../entities/index.js';
import { countClasses, readSamples, sampleLimits } from '../../samples/index.js';
import type { ApiContext } from '../context/api-context.js';
import { checkSize } from '../lists/first-arg.js';

@ObjectType({ description: 'An example of a task, to look at.' })
export class TaskSample {
  @Field(() => Int, { description: 'Its place in the split, from 0.' })
  position!: number;
  @Field(() => String, { description: 'The name of its class.' })
  label!: string;
  @Field(() => Int, { description: 'Pixels from top to bottom.' })
  height!: number;
  @Field(() => Int, { description: 'Pixels from left to right.' })
  width!: number;
  @Field(() => String, { description: 'Its picture: a PNG as a data: address.' })
  image!: string;
}

@ObjectType({ description: 'How many examples of a split a class has.' })
export class ClassCount {
  @Field(() => String, { description: 'The name of the class.' })
  label!: string;
  @Field(() => Int, { description: 'Its examples.' })
  count!: number;
}

const SPLITS: Readonly<Record<SplitName, Split>> = { TRAIN: 'train', VALIDATION: 'validation', TEST: 'test' };

/** A digest never changes its bytes, so what was counted stays true. */
const counted = new Lru<readonly number[]>({ entries: sampleLimits.countedSplits, size: Number.POSITIVE_INFINITY });

@Resolver(() => Task)
export class TaskSampleResolver {
  @FieldResolver(() => [TaskSample], {
    description: `Examples of a split to look at, spread evenly over it: at most ${sampleLimits.examples}, and fewer where pictures are large.`,
  })
  async samples(
    @Root() task: Task,
    @Arg('split', () => SplitName, { defaultValue: SplitName.TEST, description: 'Of which split.' }) split: SplitName,
    @Arg('first', () => Int, { defaultValue: 24, description: `How many, 1 to ${sampleLimits.examples}.` })
    first: number,
    @Ctx() { platform }: ApiContext,
  ): Promise<TaskSample[]> {
    const found = await readSamples(await platform.blobs.locate(task.digest), SPLITS[split], checkSize(first));
    return found.map(({ label, ...sample }) =>
      Object.assign(new TaskSample(), sample, { label: task.classes[label] ?? String(label) }),
    );
  }

  @FieldResolver(() => [ClassCount], {
    description: 'How many examples of a split each class has, in the order of the labels.',
  })
  async classCounts(
    @Root() task: Task,
    @Arg('split', () => SplitName, { defaultValue: SplitName.TEST, description: 'Of which split.' }) split: SplitName,
    @Ctx() { platform }: ApiContext,
  ): Promise<ClassCount[]> {
    const key = `${task.digest} ${split}`;
    const path = await platform.blobs.locate(task.digest);
    const counts = counted.get(key) ?? (await countClasses(path, SPLITS[split], task.classes.length));
    counted.set(key, counts);
    return task.classes.map((label, index) => Object.assign(new ClassCount(), { label, count: counts[index] ?? 0 }));
  }
}
