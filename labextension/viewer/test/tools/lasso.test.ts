import { beforeEach, describe, expect, it } from 'vitest';
import { lasso } from '../../src/tools/lasso';
import type { Gesture, ScreenPoint } from '../../src/tools/tool';
import type { App } from '../../src/state/app';
import { toggleCategory } from '../../src/state/filters';
import type { SetOperation } from '../../src/state/types';
import { setDimension } from '../../src/state/views';
import { FlatStage, openApp, settled } from '../surface';

// Row i is at (10 i + 5, 50): categories 0, 1, 2, 0, 1, 2, …
const CELLS: readonly ScreenPoint[] = Array.from({ length: 9 }, (_, row) => [10 * row + 5, 50]);

let app: App;
let stage: FlatStage;

type Corners = readonly [ScreenPoint, ...ScreenPoint[]];

function box(left: number, right: number): Corners {
  return [
    [left, 40],
    [right, 40],
    [right, 60],
    [left, 60]
  ];
}

function begin([first, ...rest]: Corners, operation: SetOperation): Gesture {
  const gesture = lasso.begin!({ app, stage }, app.activeView.value.id, first, operation);
  rest.forEach(corner => gesture.move(corner));
  return gesture;
}

function draw(corners: Corners, operation: SetOperation): void {
  begin(corners, operation).end(corners.at(-1) ?? corners[0]);
}

const selected = (): number[] | null => {
  const { cells } = app.candidate.value;
  return cells && [...cells];
};

beforeEach(async () => {
  app = await openApp(CELLS);
  stage = new FlatStage(app, CELLS);
});

describe('lasso', () => {
  it('takes the cells inside, and joins them as its operation says', () => {
    draw(box(10, 50), 'replace');
    expect(selected()).toEqual([1, 2, 3, 4]);
    draw(box(30, 70), 'intersect');
    expect(selected()).toEqual([3, 4]);
    draw(box(60, 80), 'add');
    expect(selected()).toEqual([3, 4, 6, 7]);
    draw(box(40, 70), 'remove');
    expect(selected()).toEqual([3, 7]);
    draw(box(0, 20), 'replace');
    expect(selected()).toEqual([0, 1]);
  });

  it('begins a selection by intersecting or adding, not by removing', () => {
    draw(box(0, 20), 'remove');
    expect(selected()).toBeNull();
    draw(box(0, 20), 'intersect');
    expect(selected()).toEqual([0, 1]);
  });

  it('takes visible cells only', () => {
    toggleCategory(app, { source: 'obs', key: 'kind' }, 'T cell', false);
    draw(box(0, 60), 'replace');
    expect(selected()).toEqual([0, 2, 3, 5]);
  });

  it('takes what an even number of windings leaves out as outside', () => {
    // Twice around the same box: the even-odd rule leaves nothing inside.
    draw([...box(10, 50), ...box(10, 50)], 'replace');
    expect(selected()).toEqual([]);
  });

  it('takes no cell that has no place on the screen', () => {
    stage = new FlatStage(app, [[NaN, NaN], ...CELLS.slice(1)]);
    draw(box(0, 30), 'replace');
    expect(selected()).toEqual([1, 2]);
  });

  it('shows its outline while it is drawn, and not after', () => {
    const gesture = begin(box(10, 50), 'replace');
    expect(stage.outlined).toEqual(box(10, 50));
    gesture.end([10, 60]);
    expect(stage.outlined).toBeNull();
  });

  it('changes nothing when cancelled, or when it was no more than a line', () => {
    draw(box(0, 20), 'replace');
    begin(box(10, 90), 'replace').cancel();
    draw([[10, 40], [90, 40]], 'replace');
    expect(selected()).toEqual([0, 1]);
    expect(stage.outlined).toBeNull();
  });

  it('tells its polygon in the coordinates of the embedding', () => {
    draw(box(10, 50), 'add');
    expect(app.candidate.value.steps).toEqual([
      {
        tool: 'lasso',
        operation: 'add',
        view: app.activeView.value.id,
        dimension: 2,
        detail: { polygon: box(10, 50), filters: [] }
      }
    ]);
  });

  it('in 3D tells the pixels, and the camera and size they are seen with', async () => {
    setDimension(app, 3);
    await settled(app);
    draw(box(10, 50), 'replace');
    expect(selected()).toEqual([1, 2, 3, 4]);
    expect(app.candidate.value.steps[0]?.detail).toEqual({
      polygon: box(10, 50),
      size: stage.size(),
      camera: stage.camera(),
      filters: []
    });
  });
});
