import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import { useTranslate } from 'react-admin';

interface ProblemAlertProps {
  readonly problem: { readonly code: string; readonly message: string; readonly remedy?: string | null } | null;
}

/** Why a job failed, by its code, and what to do about it. Nothing of a job that did not. */
export function ProblemAlert({ problem }: ProblemAlertProps) {
  const translate = useTranslate();
  if (!problem) return null;
  const { code, message, remedy } = problem;
  return (
    <Alert severity="error" sx={{ mb: 2, '& .MuiAlert-message': { minWidth: 0, overflowWrap: 'anywhere' } }}>
      <AlertTitle>{code}</AlertTitle>
      {message}
      {remedy ? <div>{translate('crucible.problem.remedy', { remedy })}</div> : null}
    </Alert>
  );
}
