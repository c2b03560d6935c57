/** Commands on the active view: what it shows, and from where. */
import { fieldId } from '../data/field';
import { text } from '../text';
import type { App } from './app';
import { say } from './messages';
import { COLORMAP_NAMES } from './palette';
import type { Camera, Dimension, FieldRef, View } from './types';

/** Colour by a column or gene; null for none. */
export function setField(app: App, field: FieldRef | null): void {
  if (field !== null && !app.fields.peek().has(field)) {
    say(app, 'error', text.noSuchField(field.key));
    return;
  }
  const { field: shown } = app.activeView.peek();
  if (field && shown && fieldId(field) === fieldId(shown)) {
    return;
  }
  const name = field === null ? 'nothing' : app.fields.peek().nameOf(field);
  edit(app, `colour by ${name}`, () => ({ field }));
}

export function setDimension(app: App, dimension: Dimension): void {
  if (!app.dataset.dimensions.includes(dimension)) {
    say(app, 'info', text.noSuchDimension(dimension));
    return;
  }
  edit(app, `${dimension}D`, () => ({ dimension }));
}

/** Move the camera of the active view's dimension. Looking around is not a step of undo. */
export function setCamera(app: App, camera: Camera): void {
  const dimension = app.activeView.peek().dimension;
  edit(app, 'camera', view => ({ cameras: { ...view.cameras, [dimension]: camera } }), {
    record: false
  });
}

/** Forget the camera of the active view's dimension, so that all cells are framed again. */
export function frameAll(app: App): void {
  const { dimension, cameras } = app.activeView.peek();
  const rest = { ...cameras };
  delete rest[dimension];
  if (cameras[dimension] !== undefined) {
    edit(app, 'frame all', () => ({ cameras: rest }), { record: false });
  }
}

/** Diameter of a cell in CSS pixels; null lets the viewer choose. */
export function setPointSize(app: App, pointSize: number | null): void {
  edit(app, 'point size', view => ({ look: { ...view.look, pointSize } }), { key: 'point size' });
}

export function setColormap(app: App, colormap: string): void {
  if (!COLORMAP_NAMES.includes(colormap)) {
    say(app, 'error', text.noSuchColormap(colormap, COLORMAP_NAMES));
    return;
  }
  edit(app, `colormap ${colormap}`, ({ look }) => ({
    look: look.colormap === colormap ? look : { ...look, colormap }
  }));
}

/** Replace parts of the active view; parts that are the same already are no change. */
export function edit(
  app: App,
  label: string,
  parts: (view: View) => Partial<View>,
  options: { key?: string; record?: boolean } = {}
): void {
  app.changes.change(
    label,
    () => {
      const active = app.activeView.peek();
      const views = app.views.peek();
      const next: View = { ...active, ...parts(active) };
      if ((Object.keys(next) as (keyof View)[]).some(key => next[key] !== active[key])) {
        app.slots.views.set(views.map(view => (view.id === active.id ? next : view)));
      }
    },
    options
  );
}
