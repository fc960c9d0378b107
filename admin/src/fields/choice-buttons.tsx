import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import useMediaQuery from '@mui/material/useMediaQuery';
import type { Theme } from '@mui/material/styles';

interface ChoiceButtonsProps<Choice extends string> {
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly value: Choice;
  readonly nameOf: (choice: Choice) => string;
  readonly onChange: (choice: Choice) => void;
  readonly disabled?: boolean;
  /** Long names stand below each other where there is no room beside each other. */
  readonly long?: boolean;
}

/** One of a few choices, of which one is always taken. */
export function ChoiceButtons<Choice extends string>(props: ChoiceButtonsProps<Choice>) {
  const { label, choices, value, nameOf, onChange, disabled = false, long = false } = props;
  const isNarrow = useMediaQuery<Theme>((theme) => theme.breakpoints.down('sm'));
  return (
    <ToggleButtonGroup
      exclusive
      size="small"
      color="primary"
      orientation={long && isNarrow ? 'vertical' : 'horizontal'}
      value={value}
      disabled={disabled}
      onChange={(_, next: Choice | null) => next && onChange(next)}
      aria-label={label}
      sx={{ mb: 2 }}
    >
      {choices.map((choice) => (
        <ToggleButton key={choice} value={choice}>
          {nameOf(choice)}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
