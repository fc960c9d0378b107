import type { DataProvider } from 'react-admin';
import { ApiError } from '../graphql/api-error';
import { adapters } from './adapters';
import { bases } from './bases';
import { evaluations } from './evaluations';
import { frames } from './frames';
import { jobs } from './jobs';
import { plugins } from './plugins';
import type { ResourceAccess } from './resource-access';
import { runs } from './runs';
import { strategies } from './strategies';
import { sweeps } from './sweeps';
import { tasks } from './tasks';

const resources: Readonly<Record<string, ResourceAccess>> = {
  adapters,
  bases,
  evaluations,
  frames,
  jobs,
  plugins,
  runs,
  strategies,
  sweeps,
  tasks,
};

function find(name: string): ResourceAccess {
  const access = resources[name];
  if (!access) throw new Error(`There is no resource named "${name}"; those are ${Object.keys(resources).join(', ')}.`);
  return access;
}

const refuse = (what: string) => (): Promise<never> =>
  Promise.reject(new ApiError('NOT_POSSIBLE', `The console does not ${what} this way.`));

async function remove(resource: string, ids: readonly (string | number)[]): Promise<void> {
  const access = find(resource);
  if (!access.remove) throw new ApiError('NOT_POSSIBLE', `${resource} are not deleted from here.`);
  for (const id of ids) await access.remove(id);
}

/** Lists and records of react-admin over the API. What changes things other than by deleting (fuse, cancel, upload) is a mutation of its own feature. */
export const dataProvider: DataProvider = {
  supportAbortSignal: true,
  getList: (resource, params) => find(resource).list(params),
  getOne: async (resource, { id, signal }) => ({ data: await find(resource).one(id, signal) }),
  getMany: async (resource, { ids, signal }) => {
    const access = find(resource);
    return { data: await Promise.all(ids.map((id) => access.one(id, signal))) };
  },
  getManyReference: (resource, { target, id, ...params }) =>
    find(resource).list({ ...params, filter: { ...params.filter, [target]: id } }),
  create: refuse('create'),
  update: refuse('update'),
  updateMany: refuse('update'),
  delete: async (resource, { id, previousData }) => {
    await remove(resource, [id]);
    return { data: previousData ?? { id } } as never;
  },
  deleteMany: async (resource, { ids }) => {
    await remove(resource, ids);
    return { data: [...ids] };
  },
};
