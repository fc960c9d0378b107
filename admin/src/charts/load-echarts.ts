/** The library of charts, loaded with the first one. */
export const loadEcharts = () => import('./echarts');
