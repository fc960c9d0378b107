import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { Link, useTranslate } from 'react-admin';
import { Section } from '../fields/section';

/** What to do in a workspace that holds nothing yet. */
export function WayIn() {
  const translate = useTranslate();
  const say = (key: string): string => translate(`crucible.home.wayIn.${key}`);
  return (
    <Section title={say('title')}>
      <Box component="ol" sx={{ m: 0, pl: 2.5, '& li': { mb: 1 } }}>
        <li>
          <Link to="/upload">{say('upload')}</Link>: {say('uploadHelp')}
        </li>
        <li>
          {say('more')} <Link to="/fuse">{say('fuse')}</Link>
        </li>
        <li>
          {say('demo')} <code>npm start</code>
        </li>
      </Box>
      <Typography variant="body2" color="text.secondary">
        {say('help')}
      </Typography>
    </Section>
  );
}
