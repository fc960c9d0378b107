import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslate } from 'react-admin';
import type { FormStrategy } from './form-types';
import { OptionGrid } from './option-entry';
import { emptyStrategy, type StrategyState } from './option-state';
import { StrategyNotes, StrategySelect } from './strategy-picker';

interface StrategyOptionsProps {
  readonly strategies: readonly FormStrategy[];
  readonly state: StrategyState;
  readonly path: string;
  readonly onChange: (state: StrategyState) => void;
}

/** The options of a strategy; of a wrapper also what it wraps, with its options in turn. */
export function StrategyOptions({ strategies, state, path, onChange }: StrategyOptionsProps) {
  const translate = useTranslate();
  const strategy = strategies.find(({ key }) => key === state.key);
  if (!strategy) return null;
  const { options, wraps } = strategy;
  return (
    <>
      {options.length === 0 && wraps.length === 0 ? (
        <Typography variant="body2">{translate('crucible.fuse.noOptions')}</Typography>
      ) : null}
      <OptionGrid
        options={options}
        path={path}
        fields={state.options}
        onChange={(fields) => onChange({ ...state, options: fields })}
      />
      {wraps.length > 0 ? (
        <Rule wrapper={strategy} strategies={strategies} state={state} path={`${path}.rule`} onChange={onChange} />
      ) : null}
    </>
  );
}

interface RuleProps extends StrategyOptionsProps {
  readonly wrapper: FormStrategy;
}

function Rule({ wrapper, strategies, state, path, onChange }: RuleProps) {
  const translate = useTranslate();
  const allowed = strategies.filter(({ key }) => wrapper.wraps.some((wrapped) => wrapped.key === key));
  const { rule } = state;
  const inner = rule ? strategies.find(({ key }) => key === rule.key) : undefined;
  const byDefault = strategies.find(({ key }) => key === wrapper.wraps[0]?.key)?.title ?? '';
  return (
    <Box sx={{ mt: 3, pl: { xs: 1, sm: 2 }, borderLeft: 3, borderColor: 'divider' }}>
      <StrategySelect
        id={`rule-${path.replaceAll('.', '-')}`}
        label={translate('crucible.fuse.rule')}
        strategies={allowed}
        value={rule?.key ?? ''}
        empty={translate('crucible.fuse.ruleDefault', { title: byDefault })}
        onChange={(key) => onChange({ ...state, rule: key ? emptyStrategy(key) : null })}
      />
      {rule && inner ? (
        <>
          <StrategyNotes strategy={inner} />
          <Box sx={{ mt: 2.5 }}>
            <StrategyOptions
              strategies={strategies}
              state={rule}
              path={`${path}.${rule.key}`}
              onChange={(changed) => onChange({ ...state, rule: changed })}
            />
          </Box>
        </>
      ) : null}
    </Box>
  );
}
