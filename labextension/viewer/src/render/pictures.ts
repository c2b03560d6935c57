/** The pictures of the views that are on the screen, and where each stands. */
import type { Rect } from '../state/types';
import { text } from '../text';
import type { Size } from './camera';
import { gridOf } from './grid';
import { ViewPicture, type Change, type Shared } from './picture';

export class Pictures {
  private readonly known = new Map<string, ViewPicture>();

  constructor(
    private readonly shared: Shared,
    private readonly changed: (change: Change) => void
  ) {}

  get all(): readonly ViewPicture[] {
    return [...this.known.values()];
  }

  /** Whether what they show is still on its way. */
  get loading(): boolean {
    return this.all.some(({ loading }) => loading);
  }

  /** Whether each was drawn since it changed, and in full. */
  get whole(): boolean {
    return this.all.every(({ stale, coarse }) => !stale && !coarse);
  }

  of(viewId: string): ViewPicture {
    const picture = this.known.get(viewId);
    if (picture === undefined) {
      throw new Error(text.notOnScreen(viewId, [...this.known.keys()]));
    }
    return picture;
  }

  /** A picture and a place for each of these views, and for no other; returns those that are gone. */
  arrange(ids: readonly string[], extent: Size): readonly string[] {
    const gone = [...this.known.keys()].filter(id => !ids.includes(id));
    for (const id of gone) {
      this.of(id).dispose();
      this.known.delete(id);
    }
    for (const id of ids) {
      if (!this.known.has(id)) {
        this.known.set(id, new ViewPicture(this.shared, id, this.changed));
      }
    }
    this.forget();
    const places = gridOf(ids, extent);
    places.forEach((place, id) => this.of(id).resize(place));
    this.shared.app.places.value = places;
    return gone;
  }

  place({ viewId }: ViewPicture): Rect {
    const place = this.shared.app.places.peek().get(viewId);
    return place ?? { left: 0, top: 0, ...this.of(viewId).extent() };
  }

  /** Positions that no view shows any more. */
  forget(): void {
    this.shared.pool.keep(new Set(this.all.map(({ positions }) => positions)));
  }

  /** All of them are to be drawn anew. */
  refresh(): void {
    this.known.forEach(picture => (picture.stale = true));
  }

  dispose(): void {
    this.known.forEach(picture => picture.dispose());
  }
}
