import { defineError } from '@crucible/engine/errors';

/** What can keep a file from being downloaded, or an adapter from being exported. */
export const exportErrors = {
  notFound: defineError({
    code: 'DOWNLOAD_NOT_FOUND',
    summary: 'There is no file to download at an address.',
    remedy: 'Take addresses from `downloads` of an adapter or an export; what was deleted is gone.',
    message: (d: { what: string }) => `there is no ${d.what}`,
  }),
};
