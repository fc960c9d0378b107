import FuseIcon from '@mui/icons-material/CallMerge';
import { Button, useListContext } from 'react-admin';
import { Link } from 'react-router';

/** Takes the adapters that are chosen in a list to the page that fuses them. */
export function FuseButton() {
  const { selectedIds } = useListContext();
  return (
    <Button label="crucible.fuse.menu" component={Link} to={`/fuse?adapters=${selectedIds.join('.')}`}>
      <FuseIcon />
    </Button>
  );
}
