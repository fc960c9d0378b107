import type { EChartsOption } from 'echarts';
import type { Look } from './look';

/** Lines of text under each other, as text: names come from people and are never read as HTML. */
export function tooltipLines(lines: readonly string[]): HTMLElement {
  const box = document.createElement('div');
  for (const line of lines) box.append(Object.assign(document.createElement('div'), { textContent: line }));
  return box;
}

/** What every chart has: no animation, because a chart that moves cannot be read or compared; a tooltip that stays inside. */
export function baseOption({ font, text, paper, line }: Look): EChartsOption {
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: font, color: text },
    tooltip: {
      trigger: 'item',
      confine: true,
      backgroundColor: paper,
      borderColor: line,
      textStyle: { color: text, fontSize: 13 },
      extraCssText: 'max-width: 22rem; white-space: normal; overflow-wrap: anywhere;',
    },
  };
}

interface AxisStyle {
  readonly name: string;
  readonly format: (value: number) => string;
}

/** An axis of shares that spans what is shown, and not from 0: points are compared with each other. */
export function valueAxis(look: Look, { name, format }: AxisStyle) {
  return {
    type: 'value' as const,
    scale: true,
    name,
    nameLocation: 'middle' as const,
    nameTextStyle: { color: look.text, fontWeight: 600 as const },
    axisLabel: { color: look.muted, formatter: format, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: look.muted } },
    splitLine: { lineStyle: { color: look.line } },
  };
}
