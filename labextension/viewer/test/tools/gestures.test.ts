import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../src/state/app';
import { confirmCandidate } from '../../src/state/confirm';
import { toggleCategory } from '../../src/state/filters';
import type { Dimension, FieldRef, RecipeStep } from '../../src/state/types';
import { setDimension, setField } from '../../src/state/views';
import { annotation } from '../../src/tools/annotation';
import { tools } from '../../src/tools';
import { knn } from '../../src/tools/knn';
import { onScreen, pixelAt } from '../../src/tools/place';
import { proximity } from '../../src/tools/proximity';
import type { ScreenPoint } from '../../src/tools/tool';
import { KINDS, loaded } from '../fixture';
import { EDGES, N, openScene, Scene, SIZE } from './scene';

const KIND: FieldRef = { source: 'obs', key: 'kind' };
const SCORE: FieldRef = { source: 'obs', key: 'score' };
const ROWS = Array.from({ length: N }, (_, row) => row);
const SEED = 17;

let app: App;
let scene: Scene;

beforeEach(async () => {
  app = await openScene();
  scene = new Scene(app);
});

const candidate = (): number[] | null => app.candidate.value.cells && [...app.candidate.value.cells];
const last = (): RecipeStep => app.candidate.value.steps.at(-1)!;
const beside = ([x, y]: ScreenPoint, dx: number, dy = 0): ScreenPoint => [x + dx, y + dy];

async function look(dimension: Dimension, field: FieldRef | null = null): Promise<void> {
  setDimension(app, dimension);
  setField(app, field);
  await loaded(app);
}

/** Hides every fourth cell, from the first on. */
async function hideSome(): Promise<(row: number) => boolean> {
  await look(2, KIND);
  toggleCategory(app, KIND, KINDS[0]!, false);
  return row => row % 4 !== 0;
}

function around(center: readonly number[], dimension: number, radius: number): number[] {
  const points = scene.points();
  return ROWS.filter(
    row => Math.hypot(...center.map((x, i) => points[row * dimension + i]! - x)) <= radius
  );
}

describe('proximity', () => {
  it.each<Dimension>([1, 2, 3])('takes the cells in a radius around a cell in %dD', async dimension => {
    await look(dimension);
    scene.drag(proximity, scene.at(SEED), beside(scene.at(SEED), 60, 80));
    const { detail } = last();
    const seed = detail.seed as number;
    const center = Array.from(scene.points().subarray(seed * dimension, (seed + 1) * dimension));
    expect(detail.center).toEqual(center);
    const pixel = pixelAt(scene.camera(), SIZE, [center[0]!, center[1] ?? 0, center[2] ?? 0]);
    expect(detail.radius).toBeCloseTo(100 * pixel, 10);
    expect(candidate()).toEqual(around(center, dimension, detail.radius as number));
    expect(candidate()!.length).toBeGreaterThan(5);
  });

  it('shows what it takes while it is dragged, and nothing after', () => {
    const gesture = scene.begin(proximity, scene.at(SEED));
    gesture.move(beside(scene.at(SEED), 50));
    const shown = app.preview.value;
    expect(app.beside.value?.words).toContain(`${shown!.length} cells`);
    expect(scene.outlined).toHaveLength(64);
    gesture.end(beside(scene.at(SEED), 50));
    expect(candidate()).toEqual([...shown!]);
    expect([app.preview.value, app.beside.value, scene.outlined]).toEqual([null, null, null]);
  });

  it('takes a cell alone by a click', () => {
    scene.drag(proximity, scene.at(SEED), beside(scene.at(SEED), 1));
    expect(candidate()).toEqual([SEED]);
  });

  it('starts in a plane from the place itself, or from the middle of the selection', () => {
    const corner: ScreenPoint = [1, 1];
    scene.drag(proximity, corner, [400, 1]);
    expect(last().detail.seed).toBeNull();
    expect(candidate()).toEqual(around(last().detail.center as number[], 2, last().detail.radius as number));
    const before = candidate()!;
    scene.drag(proximity, corner, [51, 1], 'add');
    const points = scene.points();
    const middle = [0, 1].map(
      axis => before.reduce((sum, row) => sum + points[2 * row + axis]!, 0) / before.length
    );
    expect(last().detail.seed).toBe('selection');
    (last().detail.center as number[]).forEach((x, i) => expect(x).toBeCloseTo(middle[i]!, 10));
    scene.drag(proximity, corner, corner, 'replace');
    expect(app.candidate.value.steps).toHaveLength(2);
  });

  it('starts from nowhere in empty space in 3D', async () => {
    await look(3);
    scene.drag(proximity, [1, 1], [200, 200]);
    expect(candidate()).toBeNull();
  });

  it('leaves hidden cells out, and tells the filters', async () => {
    const shown = await hideSome();
    scene.drag(proximity, scene.at(SEED), beside(scene.at(SEED), 120));
    const { center, radius, filters } = last().detail;
    const all = around(center as number[], 2, radius as number);
    expect(candidate()).toEqual(all.filter(shown));
    expect(filters).toEqual([{ kind: 'category', field: KIND, hidden: [KINDS[0]], missing: false, enabled: true }]);
    const hidden = all.length - candidate()!.length;
    expect(app.messages.value.at(-1)?.text).toBe(`${hidden} hidden cells were left out.`);
  });
});

describe('KNN', () => {
  async function withGraph(): Promise<void> {
    app.need({ graph: true });
    for (let turn = 0; app.shown.graph.value.get('graph')?.state !== 'ready'; turn++) {
      expect(turn).toBeLessThan(1000);
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  function reached(seed: number, steps: number, shown: (row: number) => boolean): number[] {
    let cells = new Set([seed]);
    for (let step = 0; step < steps; step++) {
      const pairs = EDGES.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]);
      cells = new Set([...cells, ...pairs.flatMap(([a, b]) => (cells.has(a) && shown(b) ? [b] : []))]);
    }
    return [...cells].sort((a, b) => a - b);
  }

  it.each<[number, number]>([[0, 5], [1, 40], [3, 95]])('takes %d steps along the graph', async (steps, pixels) => {
    await withGraph();
    scene.drag(knn, scene.at(SEED), beside(scene.at(SEED), pixels));
    expect(last().detail).toMatchObject({ seed: SEED, steps });
    expect(candidate()).toEqual(reached(SEED, steps, () => true));
  });

  it('does not go through hidden cells, and shows what it takes', async () => {
    await withGraph();
    const shown = await hideSome();
    const gesture = scene.begin(knn, scene.at(SEED));
    gesture.move(beside(scene.at(SEED), 300));
    expect([...app.preview.value!]).toEqual(reached(SEED, 10, shown));
    expect(app.beside.value?.words).toContain('10 steps');
    gesture.move(beside(scene.at(SEED), 0, 70));
    gesture.end(beside(scene.at(SEED), 0, 70));
    expect(candidate()).toEqual(reached(SEED, 2, shown));
  });

  it('waits for the graph', () => {
    scene.drag(knn, scene.at(SEED), beside(scene.at(SEED), 100));
    expect(candidate()).toBeNull();
  });
});

describe('annotation', () => {
  it('takes the category of the clicked cell, and makes a group of that kind', async () => {
    await look(2, KIND);
    scene.drag(annotation, scene.at(SEED), scene.at(SEED));
    expect(candidate()).toEqual(ROWS.filter(row => row % 4 === 1));
    expect(last().detail).toMatchObject({ field: KIND, category: KINDS[1] });
    expect(confirmCandidate(app)).toMatchObject({
      type: 'category',
      extra: { fieldKey: 'kind', fieldSource: 'obs', categoryName: KINDS[1] }
    });
    expect(annotation.plainAlt?.(app)).toBe('replace');
  });

  it('takes nothing where there is no category', async () => {
    await look(2, KIND);
    scene.drag(annotation, scene.at(3), scene.at(3));
    expect(candidate()).toBeNull();
  });

  it('takes the values around that of the pressed cell, as far as it is dragged', async () => {
    await look(2, SCORE);
    // Half of the view's height is all of 1 … N − 1.
    const half = (24 / (SIZE.height / 2)) * (N - 2);
    const gesture = scene.begin(annotation, scene.at(SEED));
    gesture.move(beside(scene.at(SEED), 0, -24));
    const expected = ROWS.filter(row => row > 0 && Math.abs(row - SEED) <= half);
    expect([...app.preview.value!]).toEqual(expected);
    gesture.end(beside(scene.at(SEED), 0, 24));
    expect(candidate()).toEqual(expected);
    expect(confirmCandidate(app)).toMatchObject({
      type: 'range',
      extra: { fieldKey: 'score', fieldSource: 'obs', rangeMin: SEED - half, rangeMax: SEED + half }
    });
    expect(annotation.plainAlt?.(app)).toBe('intersect');
  });

  it('takes nothing around a missing value', async () => {
    await look(2, SCORE);
    scene.drag(annotation, scene.at(0), beside(scene.at(0), 0, 50));
    expect(candidate()).toBeNull();
  });

  it('says what it needs', () => {
    setField(app, null);
    expect(annotation.obstacle(app)).toContain('Colour the cells');
  });
});

it('any gesture that is cancelled leaves nothing', async () => {
  await look(2, KIND);
  for (const tool of tools.filter(one => one.begin !== undefined)) {
    const gesture = scene.begin(tool, scene.at(SEED));
    gesture.move(beside(scene.at(SEED), 40));
    gesture.move(beside(scene.at(SEED), 40, 40));
    gesture.cancel();
    expect([app.preview.value, app.beside.value, scene.outlined, candidate()]).toEqual([null, null, null, null]);
  }
});

it.each<Dimension>([1, 2, 3])('places are where the camera of the picture has them in %dD', async dimension => {
  await look(dimension);
  const points = scene.points();
  for (const row of [0, 50, N - 1]) {
    const own = points.subarray(row * dimension, (row + 1) * dimension);
    const [x, y] = onScreen(scene.camera(), SIZE, [own[0]!, own[1] ?? 0, own[2] ?? 0])!;
    expect(x).toBeCloseTo(scene.at(row)[0], 2);
    expect(y).toBeCloseTo(scene.at(row)[1], 2);
  }
});
