/** What of echarts the console draws with, and no more. Only `load-echarts.ts` imports it, so that it is a file of its own that a browser gets with the first chart. */
import { LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkPointComponent, ParallelComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

use([
  LineChart,
  ParallelChart,
  ScatterChart,
  GridComponent,
  MarkPointComponent,
  ParallelComponent,
  TooltipComponent,
  LabelLayout,
  CanvasRenderer,
  SVGRenderer,
]);

export { init };
