import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundsOf,
  clipMatrix,
  framed,
  panned,
  projectAll,
  rotated,
  unprojectPlanar,
  zoomed,
  type Size
} from '../../src/render/camera';
import { automaticPointSize } from '../../src/render/size';
import type { Camera, Dimension, Vec3 } from '../../src/state/types';

const size: fc.Arbitrary<Size> = fc.record({
  width: fc.integer({ min: 200, max: 1600 }),
  height: fc.integer({ min: 200, max: 1200 })
});
const near = (limit: number): fc.Arbitrary<number> =>
  fc.double({ min: -limit, max: limit, noNaN: true });
/** To a hundredth of a pixel; of places far beyond the screen 32 bits hold less. */
function same(found: number, wanted: number): void {
  expect(Math.abs(found - wanted)).toBeLessThan(0.01 + 1e-5 * Math.abs(wanted));
}

const place: fc.Arbitrary<Vec3> = fc.tuple(near(1), near(1), near(1));
const planar: fc.Arbitrary<Camera> = fc
  .tuple(near(1), near(1), fc.double({ min: 0.2, max: 40, noNaN: true }))
  .map(([x, y, zoom]) => ({
    mode: 'planar',
    position: [x, y, 1],
    target: [x, y, 0],
    up: [0, 1, 0],
    zoom
  }));
/** Far enough to have every place before it. */
const orbit: fc.Arbitrary<Camera> = fc
  .tuple(place, place, fc.double({ min: 0.5, max: 4, noNaN: true }))
  .map(([target, away, zoom]) => ({
    mode: 'orbit',
    position: plus(target, [4 + away[0], 0.5 * away[1], 4 + away[2]]),
    target,
    up: [0, 1, 0],
    zoom
  }));

/** Where one cell is, from the sentence at `Camera` in state/types.ts and nothing else. */
function expected(point: Vec3, camera: Camera, { width, height }: Size): [number, number] {
  if (camera.mode === 'planar') {
    const s = (camera.zoom * Math.min(width, height)) / 2;
    return [
      width / 2 + (point[0] - camera.target[0]) * s,
      height / 2 - (point[1] - camera.target[1]) * s
    ];
  }
  const back = unit(minus(camera.position, camera.target));
  const right = unit(cross(camera.up, back));
  const up = cross(back, right);
  const seen = minus(point, camera.position);
  const lens = camera.zoom / Math.tan(Math.PI / 8);
  const depth = -dot(seen, back);
  return [
    width / 2 + ((dot(seen, right) / depth) * lens * height) / 2,
    height / 2 - ((dot(seen, up) / depth) * lens * height) / 2
  ];
}

function projectOne(point: Vec3, camera: Camera, view: Size): [number, number] {
  const dimension: Dimension = camera.mode === 'planar' ? 2 : 3;
  const points = new Float32Array(point.slice(0, dimension));
  const [x = NaN, y = NaN] = projectAll(points, dimension, camera, view);
  return [x, y];
}

const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const plus = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const unit = (a: Vec3): Vec3 => a.map(v => v / Math.hypot(...a)) as unknown as Vec3;
const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0]
];
const round = (point: Vec3): Vec3 => point.map(Math.fround) as unknown as Vec3;

describe('projection', () => {
  it('is what Camera says, planar and orbit', () => {
    fc.assert(
      fc.property(fc.oneof(planar, orbit), place, size, (camera, point, view) => {
        const [x, y] = projectOne(point, camera, view);
        const [wantX, wantY] = expected(round(point), camera, view);
        same(x, wantX);
        same(y, wantY);
      })
    );
  });

  it('agrees with the matrix that the picture is drawn with', () => {
    fc.assert(
      fc.property(fc.oneof(planar, orbit), place, size, (camera, point, view) => {
        const m = clipMatrix(camera, view).elements;
        const [x, y, z] = camera.mode === 'planar' ? [point[0], point[1], 0] : point;
        const clipX = m[0] * x + m[4] * y + m[8] * z + m[12];
        const clipY = m[1] * x + m[5] * y + m[9] * z + m[13];
        const clipW = m[3] * x + m[7] * y + m[11] * z + m[15];
        const [atX, atY] = projectOne(point, camera, view);
        same(atX, (view.width / 2) * (1 + clipX / clipW));
        same(atY, (view.height / 2) * (1 - clipY / clipW));
      })
    );
  });

  it('gives no place to cells behind the camera or without a position', () => {
    const camera: Camera = {
      mode: 'orbit',
      position: [0, 0, 2],
      target: [0, 0, 0],
      up: [0, 1, 0],
      zoom: 1
    };
    const view = { width: 400, height: 300 };
    const points = new Float32Array([0, 0, 0, 0, 0, 3, NaN, 0, 0]);
    const at = projectAll(points, 3, camera, view);
    expect([...at.slice(0, 2)]).toEqual([200, 150]);
    expect([...at.slice(2)].every(Number.isNaN)).toBe(true);
  });

  it('is undone by unproject', () => {
    fc.assert(
      fc.property(planar, place, size, (camera, point, view) => {
        const [x, y] = expected(point, camera, view);
        const [backX, backY] = unprojectPlanar(camera, view, x, y) ?? [NaN, NaN];
        expect(backX).toBeCloseTo(point[0], 8);
        expect(backY).toBeCloseTo(point[1], 8);
      })
    );
  });
});

describe('framing', () => {
  it('shows every cell in every dimension', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Dimension>(1, 2, 3),
        fc.array(place, { minLength: 2, maxLength: 30 }),
        size,
        (dimension, cells, view) => {
          const points = new Float32Array(cells.flatMap(cell => cell.slice(0, dimension)));
          const camera = framed(boundsOf(points, dimension), dimension, view);
          const at = projectAll(points, dimension, camera, view);
          for (let i = 0; i < at.length; i += 2) {
            expect(at[i]).toBeGreaterThanOrEqual(-0.5);
            expect(at[i]).toBeLessThanOrEqual(view.width + 0.5);
            expect(at[i + 1]).toBeGreaterThanOrEqual(-0.5);
            expect(at[i + 1]).toBeLessThanOrEqual(view.height + 0.5);
          }
        }
      )
    );
  });

  it('is not moved by cells without a position', () => {
    const whole = boundsOf(new Float32Array([-1, 0, 1, 2]), 2);
    expect(boundsOf(new Float32Array([-1, 0, NaN, NaN, 1, 2, Infinity, 0]), 2)).toEqual(whole);
    expect(boundsOf(new Float32Array([NaN, NaN]), 2).center).toEqual([0, 0, 0]);
  });
});

describe('moving', () => {
  const steps = fc.tuple(near(300), near(300));

  it('drags the target with the pointer', () => {
    fc.assert(
      fc.property(fc.oneof(planar, orbit), steps, size, (camera, [dx, dy], view) => {
        const [x, y] = expected(camera.target, panned(camera, view, dx, dy), view);
        expect(x).toBeCloseTo(view.width / 2 + dx, 4);
        expect(y).toBeCloseTo(view.height / 2 + dy, 4);
      })
    );
  });

  it('zooms to the pointer: what is under it stays', () => {
    fc.assert(
      fc.property(
        fc.oneof(planar, orbit),
        steps,
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        size,
        (camera, [dx, dy], factor, view) => {
          // The place on the target's plane that a drag to the middle would bring there.
          const under = panned(camera, view, -dx, -dy).target;
          const [x, y] = [view.width / 2 + dx, view.height / 2 + dy];
          const [atX, atY] = expected(under, zoomed(camera, view, x, y, factor), view);
          expect(atX).toBeCloseTo(x, 4);
          expect(atY).toBeCloseTo(y, 4);
        }
      )
    );
  });

  it('turns around the target, which keeps its distance', () => {
    fc.assert(
      fc.property(orbit, steps, size, (camera, [dx, dy], view) => {
        const turned = rotated(camera, view, dx, dy);
        const distance = (c: Camera): number => Math.hypot(...minus(c.position, c.target));
        expect(turned.target).toEqual(camera.target);
        expect(distance(turned)).toBeCloseTo(distance(camera), 8);
        expect(dot(turned.up, minus(turned.position, turned.target))).toBeCloseTo(0, 8);
      })
    );
  });
});

describe('the size of a cell', () => {
  it('falls with their number, between limits', () => {
    const view = { width: 720, height: 560 };
    const sizes = [10, 700, 30_000, 1_000_000, 5_000_000].map(n => automaticPointSize(n, view));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(sizes[0]).toBeLessThanOrEqual(9);
    expect(sizes.at(-1)).toBeGreaterThanOrEqual(1.2);
  });
});
