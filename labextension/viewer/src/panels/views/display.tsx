/** How the active view is drawn: the size of its points, its edges, and what a drag does in 3D. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { automaticPointSize } from '../../render/size';
import type { App } from '../../state/app';
import type { View } from '../../state/types';
import { setEdges, setNavigation, setPointSize } from '../../state/views';
import { measure, text } from '../../text';
import { Icon } from '../common/icons';

/** Diameters in CSS pixels; the slider has their logarithms, to be as fine for small ones. */
const LEAST = 0.5;
const MOST = 30;
const STEPS = 100;

const NAVIGATIONS: readonly View['navigation'][] = ['orbit', 'fly'];

export function Display({ app }: { app: App }): JSX.Element {
  const open = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <div
      ref={box}
      class="cx-menu"
      onKeyDown={event => {
        if (open.value && event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          open.value = false;
          button.current?.focus();
        }
      }}
      onFocusOut={event => {
        if (!box.current?.contains(event.relatedTarget as Node | null)) {
          open.value = false;
        }
      }}
    >
      <button
        ref={button}
        type="button"
        class="cx-tool"
        aria-label={text.display}
        aria-expanded={open.value}
        title={text.display}
        onClick={() => (open.value = !open.value)}
      >
        <Icon name="display" />
      </button>
      {open.value && (
        // A press on a word in it must not close it.
        <div class="cx-popover" role="group" aria-label={text.display} tabIndex={-1}>
          <PointSize app={app} />
          <Edges app={app} />
          <Navigation app={app} />
        </div>
      )}
    </div>
  );
}

function PointSize({ app }: { app: App }): JSX.Element {
  const chosen = app.activeView.value.look.pointSize;
  const place = app.viewport.value ?? { width: 600, height: 600 };
  const size = chosen ?? automaticPointSize(app.dataset.nCells, place);
  const step = (STEPS * Math.log(size / LEAST)) / Math.log(MOST / LEAST);
  return (
    <div class="cx-setting">
      <label for="cx-point-size">{text.pointSize}</label>
      <button
        type="button"
        class="cx-link"
        aria-label={text.automaticPointSize}
        aria-pressed={chosen === null}
        onClick={() => setPointSize(app, null)}
      >
        {text.automatic}
      </button>
      <input
        id="cx-point-size"
        type="range"
        min={0}
        max={STEPS}
        step={1}
        value={step}
        aria-valuetext={text.pixels(measure(Number(size.toPrecision(2))))}
        onInput={event => {
          const at = Number(event.currentTarget.value) / STEPS;
          setPointSize(app, Number((LEAST * (MOST / LEAST) ** at).toPrecision(3)));
        }}
      />
      <output for="cx-point-size">{text.pixels(measure(Number(size.toPrecision(2))))}</output>
    </div>
  );
}

function Edges({ app }: { app: App }): JSX.Element {
  const { nEdges } = app.dataset.report;
  return (
    <>
      <label class="cx-check">
        <input
          type="checkbox"
          checked={app.activeView.value.look.edges}
          disabled={nEdges === 0}
          onChange={event => setEdges(app, event.currentTarget.checked)}
        />
        {text.edgesShown}
      </label>
      {nEdges === 0 && <p class="cx-hint">{text.noEdges}</p>}
    </>
  );
}

function Navigation({ app }: { app: App }): JSX.Element | null {
  const { navigation, dimension } = app.activeView.value;
  if (!app.dataset.dimensions.includes(3)) {
    return null;
  }
  return (
    <fieldset class="cx-choices" disabled={dimension !== 3}>
      <legend>{text.navigation}</legend>
      {NAVIGATIONS.map(one => (
        <label key={one} class="cx-check">
          <input
            type="radio"
            name="cx-navigation"
            checked={navigation === one}
            onChange={() => setNavigation(app, one)}
          />
          {text.navigations[one]}
        </label>
      ))}
    </fieldset>
  );
}
