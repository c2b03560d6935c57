import type { IThemeManager } from '@jupyterlab/apputils';

export type Theme = 'light' | 'dark';

/** The two themes a page knows, whatever themes the front end has. */
export class ThemeSource {
  constructor(private readonly manager: IThemeManager | null) {}

  get current(): Theme {
    const name = this.manager?.theme;
    // No theme is loaded yet while the front end starts; it then says how the page begins.
    const light = name
      ? this.manager.isLight(name)
      : document.body.dataset['jpThemeLight'] !== 'false';
    return light ? 'light' : 'dark';
  }

  /** Call back at every change; returns what ends that. */
  onChanged(listener: () => void): () => void {
    this.manager?.themeChanged.connect(listener);
    return () => {
      this.manager?.themeChanged.disconnect(listener);
    };
  }
}
