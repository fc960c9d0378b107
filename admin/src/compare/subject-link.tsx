import { NameLink } from '../fields/name-link';
import type { Row } from './comparison-query';
import type { ShownRow } from './sort-rows';

const RESOURCES: Readonly<Record<Row['subject']['__typename'], string>> = {
  FusionRun: 'runs',
  Adapter: 'adapters',
  BaseModel: 'bases',
};

/** A subject by its name, as a link to its page. */
export function SubjectLink({ shown: { row, name } }: { readonly shown: ShownRow }) {
  return (
    <NameLink to={RESOURCES[row.subject.__typename]} id={row.subject.id}>
      {name}
    </NameLink>
  );
}
