// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { I18nContextProvider } from 'react-admin';
import { createElement, useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { i18nProvider } from '../app/i18n-provider';
import { ProblemsContext } from './field-problems';
import { MemberNames } from './member-names';
import { OptionGrid } from './option-entry';
import type { Fields } from './option-state';
import { optionsToInput } from './options-to-input';
import { findStrategy, ties } from './testing-options';

afterEach(cleanup);

/** The form of a strategy as the page has it, which tells what it would send. */
function show(given: Fields = {}) {
  const sent: { value: unknown; wrong: readonly string[] } = { value: {}, wrong: [] };
  function Form() {
    const [fields, setFields] = useState(given);
    const { value, wrong } = optionsToInput({ key: 'ties', options: fields, rule: null }, findStrategy);
    Object.assign(sent, { value, wrong: [...wrong.keys()] });
    const grid = createElement(OptionGrid, { options: ties.options, path: 'options', fields, onChange: setFields });
    const members = createElement(MemberNames, { value: ['first', 'second'] }, grid);
    return createElement(ProblemsContext, { value: { wrong, issues: [] } }, members);
  }
  render(createElement(I18nContextProvider, { value: i18nProvider, children: createElement(Form) }));
  return { sent, user: userEvent.setup() };
}

describe('a form from a schema', () => {
  it('has a field for each option, by its kind, and sends nothing that was left out', () => {
    const { sent } = show();
    const kinds = ties.options.map(({ name, type }) => [name, type]);
    expect(kinds).toContainEqual(['density', 'FLOAT']);
    expect(screen.getByLabelText('density').tagName).toBe('INPUT');
    expect(screen.getByLabelText('density').getAttribute('placeholder')).toBe('Default: 0.2');
    expect(screen.getByLabelText('preset').tagName).toBe('SELECT');
    expect(
      within(screen.getByLabelText('preset'))
        .getAllByRole('option')
        .map((each) => each.textContent),
    ).toEqual(['Default: PAPER', 'PAPER', 'PEFT']);
    expect(within(screen.getByLabelText('normalize')).getAllByRole('option')).toHaveLength(3);
    expect(screen.getByRole('group', { name: 'ends' })).toBeDefined();
    expect(sent.value).toEqual({});
  });

  it('sends numbers as numbers, lists as lists, truths as truths', async () => {
    const { sent, user } = show();
    await user.type(screen.getByLabelText('density'), '0,5');
    await user.type(screen.getByLabelText('densities'), '0.1 0.2');
    await user.selectOptions(screen.getByLabelText('normalize'), 'No');
    await user.selectOptions(screen.getByLabelText('trimScope'), 'TENSOR');
    expect(sent).toEqual({
      value: { density: 0.5, densities: [0.1, 0.2], normalize: false, trimScope: 'TENSOR' },
      wrong: [],
    });
  });

  it('says what is out of range at the field, so that it is read out with it', async () => {
    const { sent, user } = show();
    const density = screen.getByLabelText('density');
    await user.type(density, '7');
    expect(sent.wrong).toEqual(['options.density']);
    expect(density.getAttribute('aria-invalid')).toBe('true');
    const help = document.getElementById(density.getAttribute('aria-describedby')!);
    expect(help?.textContent).toBe('7 is outside: at most 1, more than 0.');
    await user.clear(density);
    expect(sent.wrong).toEqual([]);
  });

  it('has tables of rows, whose adapters are named', async () => {
    const { sent, user } = show();
    await user.click(screen.getByRole('button', { name: 'Add a row' }));
    const row = screen.getByRole('group', { name: 'Row 1' });
    expect(sent.wrong).toEqual(['options.schedules.0.parameter', 'options.schedules.0.values']);
    await user.selectOptions(within(row).getByLabelText(/^parameter/), 'DENSITY');
    await user.selectOptions(within(row).getByLabelText('adapter'), '1: second');
    await user.type(within(row).getByLabelText(/^values/), '0.2; 0,6');
    expect(sent).toEqual({
      value: { schedules: [{ parameter: 'DENSITY', adapter: 1, values: [0.2, 0.6] }] },
      wrong: [],
    });
    await user.click(screen.getByRole('button', { name: 'Remove row 1' }));
    expect(sent.value).toEqual({});
  });

  it('shows what a clone brings', () => {
    show({ density: '0.3', schedules: [{ parameter: 'WEIGHT', values: '1; 2' }] });
    expect((screen.getByLabelText('density') as HTMLInputElement).value).toBe('0.3');
    expect(screen.getByRole('group', { name: 'Row 1' })).toBeDefined();
  });
});
