import type { AnalysisData } from '../compute/analysis-protocol.js';

type Cell = string | number | boolean | null;

/** RFC 4180; a cell that a spreadsheet would take for a formula is text. */
function format(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: Cell): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An analysis as one table, a header first. `members` are the adapters' names, `tasks` the tasks', in the order of the question. */
export function analysisCsv(data: AnalysisData, members: readonly string[], tasks: readonly string[]): string {
  switch (data.kind) {
    case 'OPTION_CURVE':
      return format([
        ['value', 'split', 'task', 'accuracy', 'low', 'high', 'loss', 'n', 'chosen_on_validation'],
        ...data.points.flatMap(({ value, ...splits }, index) =>
          (['validation', 'test'] as const).flatMap((split): Cell[][] => {
            const { mean, interval, tasks: scores } = splits[split];
            const chosen = index === data.chosen;
            return [
              [value, split.toUpperCase(), '(mean)', mean, interval.low, interval.high, null, null, chosen],
              ...scores.map(({ accuracy, interval: own, loss, n }, task) => [
                value,
                split.toUpperCase(),
                tasks[task] ?? '',
                accuracy,
                own.low,
                own.high,
                loss,
                n,
                chosen,
              ]),
            ];
          }),
        ),
      ]);
    case 'DISENTANGLEMENT':
      return format([
        ['lambda_1', 'lambda_2', 'error', 'error_1', 'error_2'],
        ...data.axis.flatMap((left, i) =>
          data.axis.map((right, j) => [left, right, data.error[i]![j]!, data.left[i]![j]!, data.right[i]![j]!]),
        ),
      ]);
    case 'LOSS_LANDSCAPE':
      return format([
        ['x', 'y', 'task', 'loss', 'accuracy'],
        ...data.x.flatMap((x, i) =>
          data.y.flatMap((y, j) =>
            data.tasks.map(({ name, loss, accuracy }) => [x, y, name, loss[i]![j]!, accuracy[i]![j]!]),
          ),
        ),
      ]);
    case 'TANGENT_DISTANCE':
      return format([
        ['place', 'name', 'own', 'network', 'module_wise', 'change'],
        ...data.modules.map(({ module, own, network, change }) => ['module', module, own, network, null, change]),
        ...data.layers.map(({ stack, index, network, moduleWise, change }) => [
          'layer',
          `${stack}.${index}`,
          null,
          network,
          moduleWise,
          change,
        ]),
        ['output', '', null, data.output.network, data.output.moduleWise, data.output.change],
      ]);
    case 'COSINE':
      return format([
        ['left', 'right', 'cosine', 'column_overlap', 'row_overlap'],
        ...members.flatMap((left, i) =>
          members.map((right, j) => [
            left,
            right,
            data.cosine[i]![j]!,
            data.columnOverlap[i]![j]!,
            data.rowOverlap[i]![j]!,
          ]),
        ),
      ]);
  }
}
