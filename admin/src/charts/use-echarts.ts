import type { ECharts, EChartsOption } from 'echarts';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { loadEcharts } from './load-echarts';

/** Called with the chart whenever its option is set; what it gives back undoes what it did. */
export type OnDrawn = (chart: Pick<ECharts, 'on' | 'off' | 'dispatchAction'>) => () => void;

interface DrawnChart {
  readonly holder: RefObject<HTMLDivElement | null>;
  /** Of the holder, in pixels; 0 until it is known. */
  readonly width: number;
  readonly height: number;
  readonly failure: string | undefined;
}

/** Keeps a chart in an element: made once, drawn anew with each option and width, and disposed of with the element. */
export function useEcharts(
  optionOf: (width: number) => EChartsOption,
  heightOf: number | ((width: number) => number),
  onDrawn?: OnDrawn,
): DrawnChart {
  const holder = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<ReturnType<Awaited<ReturnType<typeof loadEcharts>>['init']>>();
  const [width, setWidth] = useState(0);
  const [failure, setFailure] = useState<string>();
  const height = typeof heightOf === 'number' ? heightOf : heightOf(width);

  useEffect(() => {
    let gone = false;
    let made: typeof chart;
    const element = holder.current!;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(element);
    const make = async (): Promise<void> => {
      try {
        const { init } = await loadEcharts();
        if (gone) return;
        // A size of its own: the element may have none yet, and echarts would warn.
        made = init(element, undefined, { renderer: 'canvas', width: 1, height: 1 });
        setChart(made);
      } catch (error) {
        setFailure(error instanceof Error ? error.message : String(error));
      }
    };
    void make();
    return () => {
      gone = true;
      observer.disconnect();
      made?.dispose();
      setChart(undefined);
    };
  }, []);

  useEffect(() => {
    if (!chart || width === 0) return undefined;
    chart.resize({ width, height });
    chart.setOption(optionOf(width), { notMerge: true });
    return onDrawn?.(chart);
  }, [chart, width, height, optionOf, onDrawn]);

  return { holder, width, height, failure };
}
