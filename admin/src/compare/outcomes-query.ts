import { graphql } from '../graphql/documents';
import type { OutcomesInput, OutcomesQuery } from '../graphql/generated/graphql';
import type { CellKey, ComparisonState, ShownExamples } from './comparison-state';

export const outcomesQuery = graphql(`
  query Outcomes($input: OutcomesInput!) {
    outcomes(input: $input) {
      __typename
      ... on Outcomes {
        totalCount
        next
        counts {
          change
          count
        }
        examples {
          change
          sample {
            position
            label
            image {
              height
              width
              address
            }
            texts {
              name
              text
            }
          }
        }
      }
      ... on Problem {
        code
        message
      }
    }
  }
`);

export type Outcomes = Extract<OutcomesQuery['outcomes'], { readonly __typename: 'Outcomes' }>;
type Change = Outcomes['examples'][number]['change'];

export const CHANGES: Readonly<Record<ShownExamples, readonly Change[]>> = {
  flips: ['WON', 'LOST'],
  won: ['WON'],
  lost: ['LOST'],
  right: ['BOTH_RIGHT'],
  wrong: ['BOTH_WRONG'],
};

/** Examples of one page: four rows of pictures on a wide screen. */
export const PAGE = 48;

/** What is asked of the API for a cell. */
export function outcomesInput(cell: CellKey, state: ComparisonState): OutcomesInput {
  const { against, split, examples, skip } = state;
  const pinned = typeof against === 'string' ? undefined : against;
  return {
    subject: { [cell.subject.kind]: cell.subject.id },
    against: pinned ? 'SUBJECT' : (against as 'BASE' | 'SPECIALIST'),
    ...(pinned ? { reference: { [pinned.kind]: pinned.id } } : {}),
    task: cell.task,
    split,
    changes: [...CHANGES[examples]],
    first: PAGE,
    skip,
  };
}
