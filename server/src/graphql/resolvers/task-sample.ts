import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Split } from '@crucible/engine/tasks';
import { Lru } from '../../analysis/lru.js';
import { AnswerForm, SplitName, Task } from '../../entities/index.js';
import { countClasses, readSamples, sampleLimits, type Sample } from '../../samples/index.js';
import type { ApiContext } from '../context/api-context.js';
import { checkSize } from '../lists/first-arg.js';

@ObjectType({ description: 'A picture of an example.' })
export class SampleImage {
  @Field(() => Int, { description: 'Pixels from top to bottom.' })
  height!: number;
  @Field(() => Int, { description: 'Pixels from left to right.' })
  width!: number;
  @Field(() => String, { description: 'A PNG as a data: address.' })
  address!: string;
}

@ObjectType({ description: 'One of the texts of an example.' })
export class SampleText {
  @Field(() => String, { description: 'Its name, such as “sentence1”.' })
  name!: string;
  @Field(() => String, { description: `The text; its first ${sampleLimits.textBytes} bytes where it is longer.` })
  text!: string;
}

@ObjectType({ description: 'An example of a task, to look at.' })
export class TaskSample {
  @Field(() => Int, { description: 'Its place in the split, from 0.' })
  position!: number;
  @Field(() => String, { description: 'What is expected: the name of its class, a number, or a text.' })
  label!: string;
  @Field(() => SampleImage, { nullable: true, description: 'Its picture; none where examples are texts.' })
  image!: SampleImage | null;
  @Field(() => [SampleText], { description: 'Its texts; none where examples are images.' })
  texts!: SampleText[];
}

@ObjectType({ description: 'How many examples of a split a class has.' })
export class ClassCount {
  @Field(() => String, { description: 'The name of the class.' })
  label!: string;
  @Field(() => Int, { description: 'Its examples.' })
  count!: number;
}

export const SPLITS: Readonly<Record<SplitName, Split>> = { TRAIN: 'train', VALIDATION: 'validation', TEST: 'test' };

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
    return found.map((sample) => sampleOf(task, sample));
  }

  @FieldResolver(() => [ClassCount], {
    description:
      'How many examples of a split each class has, in the order of the labels; none where answers are no classes.',
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

export const sampleOf = (task: Task, { position, answer, picture, texts }: Sample): TaskSample =>
  Object.assign(new TaskSample(), {
    position,
    label: labelOf(task, answer),
    image: picture && Object.assign(new SampleImage(), picture),
    texts: Object.entries(texts).map(([name, text]) => Object.assign(new SampleText(), { name, text })),
  });

const labelOf = ({ answer: form, classes }: Task, answer: number | string): string =>
  (form === AnswerForm.CLASS && typeof answer === 'number' ? classes[answer] : undefined) ?? String(answer);
