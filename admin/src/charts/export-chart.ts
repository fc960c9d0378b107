import type { EChartsOption } from 'echarts';
import { loadEcharts } from './load-echarts';

interface ExportInput {
  readonly option: EChartsOption;
  readonly width: number;
  readonly height: number;
  /** Of the paper: a picture is read where it is put, which may be dark. */
  readonly background: string;
}

/** The chart as vectors, drawn anew: what is on the page are pixels. */
export async function drawSvg({ option, width, height, background }: ExportInput): Promise<Blob> {
  const { init } = await loadEcharts();
  const chart = init(null, undefined, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ ...option, backgroundColor: background });
    return new Blob([chart.renderToSVGString()], { type: 'image/svg+xml' });
  } finally {
    chart.dispose();
  }
}

/** Pixels of a PNG for each of the page: sharp in print. */
const PIXEL_RATIO = 3;

export async function drawPng({ option, width, height, background }: ExportInput): Promise<Blob> {
  const { init } = await loadEcharts();
  const holder = document.createElement('div');
  const chart = init(holder, undefined, { renderer: 'canvas', width, height, devicePixelRatio: PIXEL_RATIO });
  try {
    chart.setOption({ ...option, backgroundColor: background });
    const canvas = chart.renderToCanvas({ pixelRatio: PIXEL_RATIO, backgroundColor: background });
    return await new Promise<Blob>((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error('The browser could not draw the picture.'))),
        'image/png',
      ),
    );
  } finally {
    chart.dispose();
  }
}
