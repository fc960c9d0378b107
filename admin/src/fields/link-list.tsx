import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslate } from 'react-admin';
import { NameLink } from './name-link';

interface LinkListProps {
  readonly to: string;
  readonly items: readonly { readonly id: string; readonly name: string }[];
}

export function LinkList({ to, items }: LinkListProps) {
  const translate = useTranslate();
  if (items.length === 0) return <Typography variant="body2">{translate('crucible.none')}</Typography>;
  return (
    <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
      {items.map(({ id, name }) => (
        <li key={id}>
          <NameLink to={to} id={id}>
            {name}
          </NameLink>
        </li>
      ))}
    </Box>
  );
}
