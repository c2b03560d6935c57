/** Commands on the views as a whole: which there are, which one is active, how they share the picture. */
import { text } from '../text';
import type { App } from './app';
import { joined } from './cameras';
import { say } from './messages';
import type { Layout, View } from './types';

/** More could not be told apart on a screen. */
export const MOST_VIEWS = 16;

/** Keep what the active view shows as a view of its own, beside it. */
export function keepView(app: App): void {
  const views = app.views.peek();
  if (views.length >= MOST_VIEWS) {
    say(app, 'warning', text.tooManyViews(MOST_VIEWS));
    return;
  }
  const layout = app.layout.peek();
  const number = Math.max(layout.nextView, ...views.map(view => viewNumber(view) + 1));
  app.changes.change(text.didKeepView, () => {
    app.slots.views.set([
      ...views,
      { ...app.activeView.peek(), id: `kept_${number}`, kind: 'kept' }
    ]);
    app.slots.layout.set({ ...layout, nextView: number + 1 });
  });
}

/** Take a kept view away; the live one stays. */
export function removeView(app: App, viewId: string): void {
  const views = app.views.peek();
  const view = views.find(({ id }) => id === viewId);
  if (view === undefined || view.kind === 'live' || views.length === 1) {
    return;
  }
  const left = views.filter(other => other !== view);
  app.changes.change(text.didRemoveView(text.viewName(viewNumber(view))), () => {
    if (app.activeView.peek() === view) {
      const before = left[Math.max(0, views.indexOf(view) - 1)] ?? left[0]!;
      app.slots.activeViewId.set(before.id);
    }
    app.slots.views.set(left);
  });
}

/** Have the panels act on another view. Looking at it is not a step of undo. */
export function activateView(app: App, viewId: string): void {
  if (app.views.peek().some(({ id }) => id === viewId)) {
    app.changes.change('active view', () => app.slots.activeViewId.set(viewId), { record: false });
  }
}

/** Go to the view so many places further on, round and round. */
export function stepView(app: App, by: 1 | -1): void {
  const views = app.views.peek();
  const at = views.indexOf(app.activeView.peek()) + by;
  activateView(app, views[(at + views.length) % views.length]!.id);
}

/** Show all views, or the active one alone. */
export function setLayout(app: App, mode: Layout['mode']): void {
  changeLayout(app, text.didLayout[mode], { mode });
}

/** Look at all views from one camera a dimension, or at each from its own. */
export function setCamerasLocked(app: App, camerasLocked: boolean): void {
  if (app.layout.peek().camerasLocked === camerasLocked) {
    return;
  }
  app.changes.change(text.didLock(camerasLocked), () => {
    changeLayout(app, '', { camerasLocked });
    if (camerasLocked) {
      app.slots.views.set(joined(app.views.peek(), app.activeView.peek()));
    }
  });
}

/** The number of a kept view; 0 for the live one. */
export function viewNumber({ id }: View): number {
  return Number(/^kept_(\d{1,9})$/.exec(id)?.[1] ?? 0);
}

function changeLayout(app: App, label: string, part: Partial<Layout>): void {
  const layout = app.layout.peek();
  if (Object.entries(part).some(([key, value]) => layout[key as keyof Layout] !== value)) {
    app.changes.change(label, () => app.slots.layout.set({ ...layout, ...part }));
  }
}
