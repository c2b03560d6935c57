/** The floating analysis windows, over the picture, the one used last on top. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { App } from '../../state/app';
import type { AnalysisWindow } from '../../state/types';
import type { Ui } from '../ui';
import { CompositionChart } from './composition';
import { DistributionChart } from './distribution';
import { WindowFrame, type Room } from './frame';
import { ScatterChart } from './scatter';

const CHARTS = {
  composition: CompositionChart,
  distribution: DistributionChart,
  scatter: ScatterChart
} as const;

export function Windows({ app, ui }: { app: App; ui: Ui }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const room = useSignal<Room>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const box = host.current;
    if (box === null) {
      return;
    }
    const measure = (): void => {
      room.value = { width: box.clientWidth, height: box.clientHeight };
    };
    const sizes = new ResizeObserver(measure);
    sizes.observe(box);
    measure();
    return () => sizes.disconnect();
  }, [room]);
  return (
    <div ref={host} class="cx-windows">
      {inPlace(app.windows.value).map(({ window, layer }) => {
        const Chart = CHARTS[window.kind];
        return (
          <WindowFrame
            key={window.id}
            app={app}
            ui={ui}
            window={window}
            layer={layer}
            room={room.value}
          >
            <Chart app={app} ui={ui} window={window} />
          </WindowFrame>
        );
      })}
    </div>
  );
}

/** By their ids: an element that is moved in the document loses the focus. */
function inPlace(windows: readonly AnalysisWindow[]): { window: AnalysisWindow; layer: number }[] {
  return windows
    .map((window, layer) => ({ window, layer }))
    .sort((a, b) => a.window.id.localeCompare(b.window.id, 'en', { numeric: true }));
}
