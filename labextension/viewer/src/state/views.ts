/** Commands on a view, the active one where none is named: what it shows, and from where. */
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
  const name = field === null ? null : app.fields.peek().nameOf(field);
  edit(app, text.didColour(name), () => ({ field }));
}

export function setDimension(
  app: App,
  dimension: Dimension,
  viewId = app.activeView.peek().id
): void {
  if (!app.dataset.dimensions.includes(dimension)) {
    say(app, 'info', text.noSuchDimension(dimension));
    return;
  }
  editView(app, viewId, text.didDimension(dimension), () => ({ dimension }));
}

/** What a drag does in 3D: turn around the cells, or fly among them. */
export function setNavigation(
  app: App,
  navigation: View['navigation'],
  viewId = app.activeView.peek().id
): void {
  editView(app, viewId, text.didNavigation[navigation], () => ({ navigation }));
}

/** Draw the graph of neighbours between visible cells. */
export function setEdges(app: App, edges: boolean): void {
  if (edges && app.dataset.report.nEdges === 0) {
    say(app, 'info', text.noEdges);
    return;
  }
  edit(app, text.didEdges(edges), ({ look }) => ({
    look: look.edges === edges ? look : { ...look, edges }
  }));
}

/** Move the camera of a view's dimension, and of all views while cameras are locked together. */
export function setCamera(app: App, viewId: string, camera: Camera): void {
  moveCameras(app, viewId, (cameras, dimension) => ({ ...cameras, [dimension]: camera }));
}

/** Forget the camera of the active view's dimension, so that all cells are framed again. */
export function frameAll(app: App): void {
  moveCameras(app, app.activeView.peek().id, (cameras, dimension) => {
    const rest = { ...cameras };
    delete rest[dimension];
    return cameras[dimension] === undefined ? cameras : rest;
  });
}

/** Looking around is not a step of undo. */
function moveCameras(
  app: App,
  viewId: string,
  moved: (cameras: View['cameras'], dimension: Dimension) => View['cameras']
): void {
  const views = app.views.peek();
  const dimension = views.find(({ id }) => id === viewId)?.dimension;
  if (dimension === undefined) {
    return;
  }
  const all = app.layout.peek().camerasLocked;
  const next = views.map(view => {
    const cameras = all || view.id === viewId ? moved(view.cameras, dimension) : view.cameras;
    return cameras === view.cameras ? view : { ...view, cameras };
  });
  if (next.some((view, i) => view !== views[i])) {
    app.changes.change('camera', () => app.slots.views.set(next), { record: false });
  }
}

/** Diameter of a cell in CSS pixels; null lets the viewer choose. */
export function setPointSize(app: App, pointSize: number | null): void {
  const { id } = app.activeView.peek();
  editView(app, id, text.didPointSize, view => ({ look: { ...view.look, pointSize } }), {
    key: `point size ${id}`
  });
}

export function setColormap(app: App, colormap: string): void {
  if (!COLORMAP_NAMES.includes(colormap)) {
    say(app, 'error', text.noSuchColormap(colormap, COLORMAP_NAMES));
    return;
  }
  edit(app, text.didColormap(colormap), ({ look }) => ({
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
  editView(app, app.activeView.peek().id, label, parts, options);
}

/** The same, of any view. */
export function editView(
  app: App,
  viewId: string,
  label: string,
  parts: (view: View) => Partial<View>,
  options: { key?: string; record?: boolean } = {}
): void {
  const views = app.views.peek();
  const next = views.map(view => {
    const edited: View = view.id === viewId ? { ...view, ...parts(view) } : view;
    const changed = (Object.keys(edited) as (keyof View)[]).some(key => edited[key] !== view[key]);
    return changed ? edited : view;
  });
  if (next.some((view, i) => view !== views[i])) {
    app.changes.change(label, () => app.slots.views.set(next), options);
  }
}
