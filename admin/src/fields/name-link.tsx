import { Link } from 'react-admin';

interface NameLinkProps {
  /** Resource whose record it is. */
  readonly to: string;
  readonly id: string;
  readonly children: string;
}

/** A record by its name, as a real link: reached by keyboard, opened in a tab, read out as a link. */
export function NameLink({ to, id, children }: NameLinkProps) {
  return <Link to={`/${to}/${id}/show`}>{children}</Link>;
}
