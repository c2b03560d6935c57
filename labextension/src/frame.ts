import type { Keeper } from './keeper';
import type { Output } from './output';
import type { Theme, ThemeSource } from './theme';

/** What the page finds at `window.frameElement.cellucidHost`. */
export interface FrameHost {
  /** What the page handed over before it was last taken off the document; null at first. */
  kept(): unknown;
  /** Called by the page after every change and on pagehide; the value must survive structuredClone. */
  keep(state: unknown): void;
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
 * framed. Nothing in it comes from data but the viewer's id.
 */
export class Frame implements FrameHost {
  readonly element: HTMLIFrameElement;

  constructor(
    output: Output,
    private readonly baseUrl: string,
    private readonly keeper: Keeper,
    private readonly themes: ThemeSource
  ) {
    this.viewerId = output.viewerId;
    const element = document.createElement('iframe') as HostedFrame;
    element.className = 'cellucid-Viewer-frame';
    element.allow = 'fullscreen';
    element.cellucidHost = this;
    this.element = element;
    this.update(output);
    this.load();
    this.stop = themes.onChanged(() => {
      for (const listener of [...this.listeners]) {
        listener(this.theme);
      }
    });
  }

  /** Take over the height and title of an output of the same viewer. */
  update(output: Output): void {
    this.element.style.height = `${output.height}px`;
    this.element.title = output.title;
  }

  /** Write the document; a frame that is put back begins with it. */
  load(): void {
    this.element.srcdoc = pageDocument(this.viewerId, this.baseUrl, this.theme);
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
    const state = this.keeper.kept(this.viewerId);
    // Cloned by the page's own window, so that its `instanceof` holds and no two pages share.
    const page = this.element.contentWindow as (Window & typeof globalThis) | null;
    return page === null ? state : page.structuredClone(state);
  }

  keep(state: unknown): void {
    this.keeper.keep(this.viewerId, state);
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

  private readonly viewerId: string;
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

function pageDocument(viewerId: string, baseUrl: string, theme: Theme): string {
  const id = escapeAttribute(viewerId);
  const base = escapeAttribute(baseUrl);
  return `<!doctype html>
<html lang="en" data-theme="${theme}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<meta name="cellucid-viewer" content="${id}">
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
