import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Slider from '@mui/material/Slider';
import Typography from '@mui/material/Typography';
import { useEffect, useRef, useState } from 'react';
import { useTranslate } from 'react-admin';
import type { Figure } from '../figures';
import { roundRange, type Ranges } from '../ranges';

interface RangeSlidersProps {
  readonly figures: readonly Figure[];
  readonly ranges: Ranges;
  readonly scale: readonly [number, number];
  readonly nameOf: (figure: Figure) => string;
  readonly show: (value: number) => string;
  readonly onChange: (ranges: Ranges) => void;
}

interface RangeSliderProps extends Omit<RangeSlidersProps, 'figures' | 'onChange'> {
  readonly figure: Figure;
  readonly onCommit: (range: readonly [number, number]) => void;
}

/** So long after the last key or touch the address follows: each change of it filters a thousand rows. */
const QUIET_MS = 250;

function RangeSlider({ figure, ranges, scale, nameOf, show, onCommit }: RangeSliderProps) {
  const [low, high] = scale;
  const translate = useTranslate();
  const range = ranges[figure];
  const [value, setValue] = useState<readonly [number, number]>(range ?? scale);
  const [seen, setSeen] = useState(range?.join());
  const timer = useRef<number>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // The address has another range than before, by the chart or by the button that clears.
  if (range?.join() !== seen) {
    setSeen(range?.join());
    setValue(range ?? scale);
  }
  return (
    <div>
      <Typography variant="body2">
        {nameOf(figure)}: {show(value[0])} – {show(value[1])}
      </Typography>
      <Slider
        size="small"
        min={low}
        max={high}
        step={(high - low) / 100}
        value={[...value]}
        getAriaLabel={(index) =>
          translate(`crucible.compareCharts.${index === 0 ? 'from' : 'to'}`, { figure: nameOf(figure) })
        }
        getAriaValueText={(end) => show(end)}
        onChange={(_event, moved) => {
          const [from, to] = moved as number[];
          setValue([from!, to!]);
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => onCommit([from!, to!]), QUIET_MS);
        }}
      />
    </div>
  );
}

/** What is brushed on the axes, as sliders: for the keyboard, for fingers, and to see the ends as figures. */
export function RangeSliders({ figures, ranges, scale, onChange, ...rest }: RangeSlidersProps) {
  const translate = useTranslate();
  const [low, high] = scale;
  const commit = (figure: Figure, [from, to]: readonly [number, number]): void => {
    const { [figure]: _old, ...others } = ranges;
    onChange(from <= low && to >= high ? others : { ...others, [figure]: roundRange(from, to) });
  };
  return (
    <Box component="details" sx={{ mt: 1, fontSize: 14, '& summary': { cursor: 'pointer', width: 'fit-content' } }}>
      <summary>{translate('crucible.compareCharts.ranges')}</summary>
      <Box
        sx={{
          display: 'grid',
          columnGap: 4,
          gridTemplateColumns: 'repeat(auto-fill, minmax(13rem, 1fr))',
          p: 1,
          px: 2,
        }}
      >
        {figures.map((figure) => (
          <RangeSlider
            key={figure}
            figure={figure}
            ranges={ranges}
            scale={scale}
            onCommit={(range) => commit(figure, range)}
            {...rest}
          />
        ))}
      </Box>
      <Button size="small" disabled={Object.keys(ranges).length === 0} onClick={() => onChange({})}>
        {translate('crucible.compareCharts.clear')}
      </Button>
    </Box>
  );
}
