import { ApiError } from '../graphql/api-error';
import { graphql } from '../graphql/documents';
import { request } from '../graphql/request';

const cancel = graphql(`
  mutation CancelJob($id: ID!) {
    cancelJob(id: $id) {
      __typename
      ... on Problem {
        code
        message
      }
    }
  }
`);

const retry = graphql(`
  mutation RetryJob($id: ID!) {
    retryJob(id: $id) {
      __typename
      ... on Problem {
        code
        message
      }
    }
  }
`);

/** @throws ApiError where the API refuses, such as NOT_POSSIBLE for a job that has ended. */
export async function cancelJob(id: string): Promise<void> {
  refuseProblems((await request(cancel, { id })).cancelJob);
}

/** @throws ApiError where the API refuses, such as NOT_POSSIBLE for a job that succeeded. */
export async function retryJob(id: string): Promise<void> {
  refuseProblems((await request(retry, { id })).retryJob);
}

function refuseProblems(answer: object): void {
  if ('code' in answer && 'message' in answer) throw new ApiError(String(answer.code), String(answer.message));
}
