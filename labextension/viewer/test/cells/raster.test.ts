import { describe, expect, it } from 'vitest';

import { drawCells, drawMarked, plot, type Frame } from '../../src/cells/raster';

const frame: Frame = { width: 10, height: 4, x: [0, 10], y: [0, 4] };

const RED = [255, 0, 0, 255];
const BLUE = [0, 0, 255, 255];

function pixel(pixels: Uint8ClampedArray, x: number, y: number): number[] {
  return [...pixels.subarray(4 * (y * 10 + x), 4 * (y * 10 + x) + 4)];
}

describe('a scatter', () => {
  const x = Float32Array.of(2.5, 2.5, 9.9, NaN, 50, 0);
  const y = Float32Array.of(1.5, 1.5, 3.9, 1, 1, 0);
  const places = plot(x, y, frame);
  const colors = Uint8Array.from([RED, BLUE, RED, RED, RED, BLUE].flat());

  it('has each cell at its pixel, upwards', () => {
    expect([...places.subarray(0, 2)]).toEqual([2.5, 2.5]);
    expect(places[6]).toBeNaN();
    const pixels = new Uint8ClampedArray(160);
    drawCells(pixels, frame, places, colors, null, 1);
    const drawn = pixels.filter((_, i) => i % 4 === 3).reduce((n, a) => n + Number(a > 0), 0);
    expect(drawn).toBe(3);
    expect(pixel(pixels, 2, 2).slice(0, 3)).toEqual([0, 0, 255]);
    expect(pixel(pixels, 9, 0).slice(0, 3)).toEqual([255, 0, 0]);
    // At the lower edge, and still inside.
    expect(pixel(pixels, 0, 3)[3]).toBeGreaterThan(0);
  });

  it('is more opaque where there are more', () => {
    const pixels = new Uint8ClampedArray(160);
    drawCells(pixels, frame, places, colors, null, 1);
    expect(pixel(pixels, 2, 2)[3]).toBeGreaterThan(pixel(pixels, 9, 0)[3]!);
  });

  it('leaves hidden cells out', () => {
    const pixels = new Uint8ClampedArray(160);
    drawCells(pixels, frame, places, colors, Uint8Array.of(1, 0, 0, 1, 1, 0), 1);
    expect(pixel(pixels, 2, 2).slice(0, 3)).toEqual([255, 0, 0]);
    expect(pixel(pixels, 9, 0)[3]).toBe(0);
  });

  it('has marked cells on top, as squares cut at the edges', () => {
    const pixels = new Uint8ClampedArray(160);
    drawMarked(pixels, frame, places, Uint32Array.of(2, 3, 4), [1, 2, 3], 3);
    const drawn = [...pixels].filter((value, i) => i % 4 === 3 && value === 255).length;
    expect(drawn).toBe(4);
    expect(pixel(pixels, 8, 0)).toEqual([1, 2, 3, 255]);
  });
});
