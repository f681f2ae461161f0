// Figures of the last minute, redrawn as they come. The same figures stand in words beside each plot.

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { SPAN_S, type History } from "../model/history.js";
import { repaint, colour } from "./theme.js";

const EVERY_MS = 200;
const COLOURS = ["plot-1", "plot-2", "plot-3", "plot-4", "plot-5", "plot-6"];
// Lines differ in their dashes too, for whoever cannot tell the colours apart.
const DASHES: number[][] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [14, 4]];

interface Props {
  history: History;
  names: readonly string[];
  label: string;
  height?: number;
}

export function Plot({ history, names, label, height = 160 }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const shape = names.join();
  useEffect(() => {
    const element = holder.current!;
    const columns = () => history.columns(performance.now() / 1000).slice(0, names.length + 1) as uPlot.AlignedData;
    const plot = new uPlot(optionsOf(names, element.clientWidth, height), columns(), element);
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    const redraw = setInterval(() => {
      if (!document.hidden) plot.setData(columns());
    }, EVERY_MS);
    return () => {
      clearInterval(redraw);
      resize.disconnect();
      plot.destroy();
    };
  }, [shape, height, repaint.value]);
  return <div class="plot" ref={holder} role="img" aria-label={label} style={{ minHeight: `${height}px` }} />;
}

function optionsOf(names: readonly string[], width: number, height: number): uPlot.Options {
  const axis = {
    stroke: colour("dim"), font: "11px system-ui, sans-serif",
    grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), size: 4 },
  };
  return {
    width, height,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-SPAN_S, 0] }, y: { range: withRoom } },
    axes: [
      { ...axis, size: 24, values: (_, splits) => splits.map((s) => (s === 0 ? "now" : `${s} s`)) },
      { ...axis, size: 44, values: (_, splits) => splits.map((v) => `${+v.toFixed(2)}`) },
    ],
    series: [{}, ...names.map((name, i) => ({
      label: name, stroke: colour(COLOURS[i % COLOURS.length]!), width: 1.6, dash: DASHES[i % DASHES.length]!,
      points: { show: false }, spanGaps: false,
    }))],
  };
}

// Never so near that noise fills the plot. Where there are no figures, the ends are infinite or null.
function withRoom(_: uPlot, low: number | null, high: number | null): [number, number] {
  const [from, to] = [low, high].map((end) => (Number.isFinite(end) ? end! : 0)) as [number, number];
  const room = Math.max(0.1 * (to - from), 0.05);
  return [from - room, to + room];
}

// What line belongs to what name.
export function Key({ index }: { index: number }) {
  const i = index % COLOURS.length;
  return (
    <svg class="key" viewBox="0 0 24 8" aria-hidden="true">
      <line x1="0" y1="4" x2="24" y2="4" stroke={`var(--${COLOURS[i]})`} stroke-width="2.5"
        stroke-dasharray={DASHES[i]!.join(" ")} />
    </svg>
  );
}
