import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { Job, RunState } from '../../entities/index.js';
import { NotFound, type AnyJob } from '../../services/index.js';
import type { ApiContext } from '../context/api-context.js';
import { connectionType, type Page } from '../lists/connection.js';
import { isUuid } from '../lists/ids.js';
import { OrderDirection } from '../lists/order-direction.js';
import { PageArgs } from '../lists/page-args.js';
import { abortable } from '../subscriptions/abortable.js';
import { batchChanges } from '../subscriptions/batch-changes.js';
import { JobResult } from '../types/results.js';
import { findJobs, JobKind, loadJobs } from './find-jobs.js';

registerEnumType(JobKind, { name: 'JobKind', description: 'What kind of work a job is.' });

const JobConnection = connectionType('Job', Job);

@InputType({ description: 'Which jobs a list holds; all conditions must be met.' })
class JobFilter {
  @Field(() => [JobKind], { nullable: true, description: 'What kind of work.' })
  kinds?: JobKind[] | null;
  @Field(() => [RunState], { nullable: true, description: 'Where they stand.' })
  states?: RunState[] | null;
}

@ArgsType()
class JobArgs extends PageArgs {
  @Field(() => JobFilter, { nullable: true, description: 'Which ones.' })
  filter?: JobFilter | null;
  @Field(() => OrderDirection, { defaultValue: OrderDirection.DESC, description: 'By when they were asked for.' })
  direction: OrderDirection = OrderDirection.DESC;
}

@ObjectType({ description: 'Jobs that have changed since the event before, or since the subscription began.' })
class JobChange {
  @Field(() => [Job], { description: 'Each as it is now; a job that was deleted is left out.' })
  readonly jobs: readonly AnyJob[];
  constructor(jobs: readonly AnyJob[]) {
    this.jobs = jobs;
  }
}

@Resolver(() => Job)
export class JobResolver {
  @Query(() => JobConnection, { description: 'Fusion runs, sweeps, evaluations and trainings in one list, by time.' })
  async jobs(
    @Args(() => JobArgs) { filter, direction, ...page }: JobArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<AnyJob>> {
    return await findJobs(em, { kinds: filter?.kinds ?? null, states: filter?.states ?? null, direction }, page);
  }

  @Mutation(() => JobResult, { description: 'Asks for the end of a job. It is CANCELLED when its process has ended.' })
  async cancelJob(
    @Arg('id', () => ID, { description: 'The job.' }) id: string,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof JobResult> {
    return isUuid(id) ? await platform.services.cancel(em, id) : new NotFound('job', id.slice(0, 100), ['id']);
  }

  @Mutation(() => JobResult, { description: 'Queues a job that FAILED or was CANCELLED once more.' })
  async retryJob(
    @Arg('id', () => ID, { description: 'The job.' }) id: string,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof JobResult> {
    return isUuid(id) ? await platform.services.retry(em, id) : new NotFound('job', id.slice(0, 100), ['id']);
  }

  @Subscription(() => JobChange, {
    description: 'Jobs as they change, at most four events a second, whatever the number of jobs.',
    subscribe: async ({ context }: { context: ApiContext }) => abortable((signal) => watchJobs(context, signal)),
  })
  jobsChanged(@Root() change: JobChange): JobChange {
    return change;
  }
}

async function* watchJobs(context: ApiContext, signal: AbortSignal): AsyncGenerator<JobChange> {
  for await (const changes of batchChanges(context.platform.changes, signal)) {
    context.renew();
    yield new JobChange(
      await loadJobs(
        context.em,
        changes.map(({ kind, id }) => ({ kind: JobKind[kind], id })),
      ),
    );
  }
}
