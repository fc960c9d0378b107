import CompareIcon from '@mui/icons-material/TableChart';
import { Button, useListContext } from 'react-admin';
import { Link } from 'react-router';
import { initialState, writeState, type SubjectKind } from '../compare/comparison-state';

/** Compares what is chosen in a list. It is a link: it can be opened beside the list. */
export function CompareButton({ kind }: { readonly kind: SubjectKind }) {
  const { selectedIds } = useListContext();
  const subjects = selectedIds.map((id) => ({ kind, id: String(id) }));
  return (
    <Button
      label="crucible.compare.menu"
      component={Link}
      to={`/compare?${writeState({ ...initialState, subjects }).toString()}`}
    >
      <CompareIcon />
    </Button>
  );
}
