/** The page's beginning: reads what the frame tells, opens the dataset, joins the rooms. */
import './style/index.css';

import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import { h, render } from 'preact';
import { object, optional, own } from './base/check';
import { throttle } from './base/lifetime';
import { connect } from './channel/connect';
import { Autosaves } from './data/autosaves';
import { Folder } from './data/contents';
import { Dataset } from './data/dataset';
import { Server, ViewerServer } from './data/fetch';
import { listen } from './panels/input/keys';
import { Pointer } from './panels/input/pointer';
import { Shell } from './panels/shell';
import { Notice } from './panels/page/status';
import { createUi, NARROW } from './panels/ui';
import { Easel } from './render/easel';
import { Surface } from './render/stage';
import { Autosave, readHanded, type Handed } from './session/autosave';
import { openFile } from './session/file';
import { offerEarlier } from './session/recovery';
import { Sessions } from './session/sessions';
import { openSnapshot } from './session/snapshots';
import { App } from './state/app';
import { adopt, snapshot } from './state/keep';
import { say } from './state/messages';
import type { Theme } from './state/types';
import { text } from './text';

/** What the labextension sets on the iframe; absent in a page that stands alone. */
interface FrameHost {
  kept(): unknown;
  keep(state: unknown): void;
  /** The notebook's folder, below the server's root. */
  folder(): Promise<string>;
  readonly theme: Theme;
  onThemeChanged(listener: (theme: Theme) => void): () => void;
}

const KEEP_MILLISECONDS = 400;
const IDLE_MILLISECONDS = 5000;

async function start(): Promise<void> {
  const page = document.documentElement;
  page.dataset.state = 'loading';
  const server = newServer();
  if (server === null) {
    fail(text.noParameters);
    return;
  }
  show(h(Notice, { words: text.loadingDataset, busy: true }));
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
  const { state, autosave: handed } = readKept(host?.kept());
  const cameBack = adopt(app, state);
  const autosave = new Autosave(app, new Autosaves(server), cameBack ? handed : null);
  if (host !== null) {
    keepFor(host, app, autosave);
  }
  followTheme(app, host);
  autosaveFor(autosave);
  const sessions = new Sessions(app, autosave);
  const folder = async (): Promise<Folder> => new Folder(server, (await host?.folder()) ?? '');
  showApp(app, easel, sessions, folder);
  if (!cameBack) {
    // Python hears that the page is ready once it shows what the dataset opens with: what it asks
    // for comes on top.
    const file = parameter('cellucid-session');
    await (file === null ? openSnapshot(app, sessions) : openFile(sessions, server, file));
  }
  if (server instanceof ViewerServer) {
    connect(app, server, sessions);
  } else {
    app.connection.value = { state: 'none' };
  }
  if (!cameBack) {
    void offerEarlier(app, sessions, autosave);
  }
}

/** For what the frame says is to be shown; null where it does not say. */
function newServer(): Server | null {
  const baseUrl = parameter('cellucid-base-url');
  const viewerId = parameter('cellucid-viewer');
  const dataset = parameter('cellucid-dataset');
  if (baseUrl !== null && viewerId !== null) {
    return new ViewerServer(baseUrl, viewerId);
  }
  // The server's own folder has an empty path.
  return baseUrl === null || dataset === null
    ? null
    : new Server(baseUrl, `open/${dataset}${dataset === '' ? '' : '/'}-/`);
}

/** Null where there is no WebGL. */
function newEasel(): Easel | null {
  try {
    return new Easel();
  } catch {
    return null;
  }
}

function showApp(
  app: App,
  first: Easel | null,
  sessions: Sessions,
  folder: () => Promise<Folder>
): void {
  const ui = createUi(app, matching(NARROW));
  effect(() => {
    if (app.tool.value !== null && ui.narrow.peek()) {
      // There the panel lies over what the tool is for.
      ui.panelOver.value = false;
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
  show(h(Shell, { app, ui, sessions, folder, picture }));
}

/** Whether the window is as a media query has it, at any time. */
function matching(query: string): ReadonlySignal<boolean> {
  const media = window.matchMedia(query);
  const matches = signal(media.matches);
  media.addEventListener('change', () => (matches.value = media.matches));
  return matches;
}

/** `data-state` of the page: `ready` while what was asked for is on the screen. */
function tellState(app: App, surface: Surface): () => void {
  return effect(() => {
    const views = app.onScreen.value.map(({ id }) => app.data(id));
    const failed = views.some(({ points }) => points.value.state === 'failed');
    const loading = views.some(({ column }) => column.value?.state === 'loading');
    const edges = app.shown.graph.value.get('graph')?.state === 'loading';
    const arriving = app.arrival.value !== null;
    const drawn = surface.frames.value > 0 && !surface.stale.value;
    document.documentElement.dataset.state =
      failed ? 'failed' : loading || edges || arriving || !drawn ? 'busy' : 'ready';
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

/** Save by itself what changes; at once when the page is hidden, and when it goes. */
function autosaveFor(autosave: Autosave): void {
  autosave.follow();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') {
      void autosave.save();
    }
  });
  window.addEventListener('pagehide', () => autosave.saveLast());
}

interface Kept {
  readonly state: unknown;
  readonly autosave: Handed | null;
}

/** What was handed over by the page that was here before; nothing where it is not what it should be. */
function readKept(value: unknown): Kept {
  try {
    const kept = object(value, 'kept');
    const autosave = optional(own(kept, 'autosave'), 'kept.autosave', readHanded);
    return { state: own(kept, 'state'), autosave };
  } catch {
    return { state: null, autosave: null };
  }
}

/** The page may be taken off the notebook at any time, so every change is handed over. */
function keepFor(host: FrameHost, app: App, autosave: Autosave): void {
  const hand = (ends: boolean): void => {
    const state = snapshot(app);
    if (state !== null) {
      const kept: Kept = { state, autosave: autosave.hand(ends) };
      host.keep(kept);
    }
  };
  // What of a session has not come yet can't be handed over.
  const any = (): boolean =>
    app.arrival.value === null && (app.revision.value > 0 || app.commands.value.length > 0);
  const keep = throttle(() => hand(false), KEEP_MILLISECONDS);
  effect(() => {
    if (any()) keep();
  });
  window.addEventListener('pagehide', () => {
    if (any()) hand(true);
  });
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
