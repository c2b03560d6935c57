/** The page's beginning: reads what the frame tells, opens the dataset, joins the rooms. */
import './style/index.css';

import { computed, effect } from '@preact/signals';
import { h, render } from 'preact';
import { throttle } from './base/lifetime';
import { connect } from './channel/connect';
import { Dataset } from './data/dataset';
import { Server } from './data/fetch';
import { listen } from './panels/input/keys';
import { Pointer } from './panels/input/pointer';
import { Shell } from './panels/shell';
import { Notice } from './panels/page/status';
import { createUi, isNarrow } from './panels/ui';
import { Easel } from './render/easel';
import { Surface } from './render/stage';
import { App } from './state/app';
import { adopt, snapshot } from './state/keep';
import { say } from './state/messages';
import type { Theme } from './state/types';
import { text } from './text';

/** What the labextension sets on the iframe; absent in a page that stands alone. */
interface FrameHost {
  kept(): unknown;
  keep(state: unknown): void;
  readonly theme: Theme;
  onThemeChanged(listener: (theme: Theme) => void): () => void;
}

const KEEP_MILLISECONDS = 400;
const IDLE_MILLISECONDS = 5000;

async function start(): Promise<void> {
  const page = document.documentElement;
  page.dataset.state = 'loading';
  const viewerId = parameter('cellucid-viewer');
  const baseUrl = parameter('cellucid-base-url');
  if (viewerId === null || baseUrl === null) {
    fail(text.noParameters);
    return;
  }
  show(h(Notice, { words: text.loadingDataset, busy: true }));
  const server = new Server(baseUrl, viewerId);
  let app: App;
  const opening = Dataset.open(server);
  const easel = newEasel();
  try {
    app = new App(await opening);
  } catch (error) {
    easel?.dispose();
    fail(text.notOpened(reason(error)));
    return;
  }
  const host = frameHost();
  if (host !== null) {
    adopt(app, host.kept());
    keepFor(host, app);
  }
  followTheme(app, host);
  showApp(app, easel);
  connect(app, server);
}

/** Null where there is no WebGL. */
function newEasel(): Easel | null {
  try {
    return new Easel();
  } catch {
    return null;
  }
}

function showApp(app: App, first: Easel | null): void {
  const ui = createUi(!isNarrow());
  effect(() => {
    if (app.tool.value !== null && isNarrow()) {
      // There the panel lies over what the tool is for.
      ui.panelOpen.value = false;
    }
  });
  let surface: Surface | null = null;
  let pointer: Pointer | null = null;
  let spare = first;
  const picture = (element: HTMLElement): (() => void) => {
    const easel = spare ?? newEasel();
    spare = null;
    if (easel === null) {
      say(app, 'error', text.noWebGL);
      document.documentElement.dataset.state = 'failed';
      return () => undefined;
    }
    surface = new Surface(app, easel, element);
    pointer = new Pointer(app, ui, surface, surface.canvas);
    const ends = [tellState(app, surface), readRows(app, surface)];
    return () => {
      ends.forEach(end => end());
      pointer?.dispose();
      surface?.dispose();
      surface = pointer = null;
    };
  };
  listen(document, {
    app,
    ui,
    stage: () => surface,
    cancelGesture: () => pointer?.cancel() ?? false
  });
  show(h(Shell, { app, ui, picture }));
}

/** `data-state` of the page: `ready` while what was asked for is on the screen. */
function tellState(app: App, surface: Surface): () => void {
  return effect(() => {
    const views = app.onScreen.value.map(({ id }) => app.data(id));
    const failed = views.some(({ points }) => points.value.state === 'failed');
    const loading = views.some(({ column }) => column.value?.state === 'loading');
    const edges = app.shown.graph.value.get('graph')?.state === 'loading';
    const drawn = surface.frames.value > 0 && !surface.stale.value;
    document.documentElement.dataset.state =
      failed ? 'failed' : loading || edges || !drawn ? 'busy' : 'ready';
  });
}

/** Who the rows are is asked for once cells are on the screen: no session need wait for it then. */
function readRows(app: App, surface: Surface): () => void {
  const drawn = computed(() => surface.frames.value > 0);
  return effect(() => {
    const { dataset } = app;
    if (drawn.value) {
      // Who needs them hears why they can't be had.
      whenIdle(() => void dataset.rows().catch(() => undefined));
    }
  });
}

function whenIdle(work: () => void): void {
  // Safari has no such thing.
  if ('requestIdleCallback' in window) {
    window.requestIdleCallback(work, { timeout: IDLE_MILLISECONDS });
  } else {
    setTimeout(work, 0);
  }
}

/** The page may be taken off the notebook at any time, so every change is handed over. */
function keepFor(host: FrameHost, app: App): void {
  const keep = throttle(() => host.keep(snapshot(app)), KEEP_MILLISECONDS);
  effect(() => {
    if (app.revision.value > 0 || app.commands.value.length > 0) keep();
  });
  window.addEventListener('pagehide', () => keep.flush());
}

function followTheme(app: App, host: FrameHost | null): void {
  effect(() => {
    document.documentElement.dataset.theme = app.theme.value;
  });
  if (host !== null) {
    app.theme.value = host.theme;
    host.onThemeChanged(theme => (app.theme.value = theme));
    return;
  }
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const follow = (): void => void (app.theme.value = dark.matches ? 'dark' : 'light');
  follow();
  dark.addEventListener('change', follow);
}

function frameHost(): FrameHost | null {
  // Null too where the page around is of another origin.
  const frame: (Element & { cellucidHost?: FrameHost }) | null = window.frameElement;
  return frame?.cellucidHost ?? null;
}

function parameter(name: string): string | null {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? null;
}

function show(content: Parameters<typeof render>[0]): void {
  render(content, document.body);
}

function fail(words: string): void {
  document.documentElement.dataset.state = 'failed';
  show(h(Notice, { words, busy: false }));
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

void start();
