import type { Keeper } from './keeper';
import type { Theme, ThemeSource } from './theme';

/** What a frame shows. */
export interface Shown {
  /** What the page hands over is kept under it. */
  readonly key: string;
  readonly title: string;
  /** In CSS pixels; null where it fills its surroundings. */
  readonly height: number | null;
  /** What the page is told, by the names of its document's metas. */
  readonly told: Readonly<Record<string, string>>;
}

/** What the page finds at `window.frameElement.cellucidHost`. */
export interface FrameHost {
  /** What the page handed over before it was last taken off the document; null at first. */
  kept(): unknown;
  /** Called by the page after every change and on pagehide; the value must survive structuredClone. */
  keep(state: unknown): void;
  /** The folder of the notebook or session, below the server's root. */
  folder(): Promise<string>;
  readonly theme: Theme;
  onThemeChanged(listener: (theme: Theme) => void): () => void;
}

interface HostedFrame extends HTMLIFrameElement {
  cellucidHost: FrameHost;
}

/**
 * One viewer's page in an iframe.
 *
 * The document is written here (`srcdoc`) instead of loaded, since hubs forbid their pages to be
 * framed. Nothing in it comes from data but the viewer's id, or percent-encoded paths.
 */
export class Frame implements FrameHost {
  readonly element: HTMLIFrameElement;

  constructor(
    private shown: Shown,
    private readonly baseUrl: string,
    private readonly keeper: Keeper,
    private readonly themes: ThemeSource,
    readonly folder: () => Promise<string>
  ) {
    const element = document.createElement('iframe') as HostedFrame;
    element.className = 'cellucid-Viewer-frame';
    element.allow = 'fullscreen';
    element.cellucidHost = this;
    this.element = element;
    this.update(shown);
    this.load();
    this.stop = themes.onChanged(() => {
      for (const listener of [...this.listeners]) {
        listener(this.theme);
      }
    });
  }

  /** Take over the height and title of another of the same key. */
  update(shown: Shown): void {
    this.shown = shown;
    this.element.style.height = shown.height === null ? '' : `${shown.height}px`;
    this.element.title = shown.title;
  }

  /** Write the document; a frame that is put back begins with it. */
  load(): void {
    this.element.srcdoc = pageDocument(this.shown.told, this.baseUrl, this.theme);
  }

  /** Let go of the page that was in the frame, and of all its memory. */
  unload(): void {
    this.listeners.clear();
  }

  dispose(): void {
    this.stop();
    this.unload();
    this.element.remove();
  }

  kept(): unknown {
    const state = this.keeper.kept(this.shown.key);
    // Cloned by the page's own window, so that its `instanceof` holds and no two pages share.
    const page = this.element.contentWindow as (Window & typeof globalThis) | null;
    return page === null ? state : page.structuredClone(state);
  }

  keep(state: unknown): void {
    this.keeper.keep(this.shown.key, state);
  }

  get theme(): Theme {
    return this.themes.current;
  }

  onThemeChanged(listener: (theme: Theme) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  private readonly listeners = new Set<(theme: Theme) => void>();
  private readonly stop: () => void;
}

const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'"
].join('; ');

function pageDocument(told: Shown['told'], baseUrl: string, theme: Theme): string {
  const base = escapeAttribute(baseUrl);
  const metas = Object.entries(told).map(
    ([name, content]) => `<meta name="${name}" content="${escapeAttribute(content)}">`
  );
  return `<!doctype html>
<html lang="en" data-theme="${theme}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
${metas.join('\n')}
<meta name="cellucid-base-url" content="${base}">
<link rel="stylesheet" href="${base}static/cellucid_ext/viewer.css">
<script type="module" src="${base}static/cellucid_ext/viewer.js"></script>
</head>
<body></body>
</html>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
};

function escapeAttribute(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character] ?? character);
}
