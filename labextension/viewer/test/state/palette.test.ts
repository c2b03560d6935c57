import { describe, expect, it } from 'vitest';

import { categoryColor, colormap, COLORMAP_NAMES, MOST_COLORS, NEUTRAL, parseColor, type Rgb } from '../../src/state/palette';

/** CIELAB of an sRGB colour, D65. */
function lab(color: Rgb): [number, number, number] {
  const [r, g, b] = color.map(v => {
    const c = v / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function apart(a: Rgb, b: Rgb): number {
  const [p, q] = [lab(a), lab(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

const SEQUENTIAL = ['viridis', 'plasma', 'inferno', 'magma', 'cividis'];
const DIVERGING = ['RdBu', 'coolwarm'];

const colors = Array.from({ length: 60 }, (_, i) => parseColor(categoryColor(i))!);

describe('the palette', () => {
  it('keeps sixty categories apart, and from what has no category', () => {
    // A difference of about 2.3 can just be seen side by side.
    for (const [i, color] of colors.entries()) {
      expect(apart(color, NEUTRAL)).toBeGreaterThan(12);
      for (const other of colors.slice(0, i)) {
        expect(apart(color, other)).toBeGreaterThan(12);
      }
    }
  });

  it('goes on for as many categories as there are', () => {
    for (const i of [60, 100, 5000]) {
      expect(categoryColor(i)).toMatch(/^#[0-9a-f]{6}$/);
    }
    const many = Array.from({ length: 100_000 }, (_, i) => categoryColor(i));
    expect(new Set(many).size).toBeLessThanOrEqual(MOST_COLORS);
    expect(new Set(many.slice(0, 300)).size).toBe(300);
  });
});

describe('colormaps', () => {
  it.each(SEQUENTIAL)('%s has 256 colours that get lighter', name => {
    const lut = colormap(name);
    expect(lut).toHaveLength(768);
    const lightness = Array.from({ length: 256 }, (_, i) =>
      lab([lut[3 * i]!, lut[3 * i + 1]!, lut[3 * i + 2]!])[0]
    );
    // Rounding to whole numbers may cost a little between neighbours.
    expect(lightness.every((l, i) => i < 8 || l > lightness[i - 8]!)).toBe(true);
  });

  it.each(DIVERGING)('%s is lightest in the middle, and as far from it at both ends', name => {
    const lut = colormap(name);
    const at = (i: number): number => lab([lut[3 * i]!, lut[3 * i + 1]!, lut[3 * i + 2]!])[0];
    expect(Math.max(at(0), at(255))).toBeLessThan(at(64) - 15);
    expect(Math.max(at(64), at(191))).toBeLessThan(Math.min(at(127), at(128)) - 5);
    expect(Math.abs(at(0) - at(255))).toBeLessThan(10);
  });

  it('are all of one kind or the other, viridis first', () => {
    expect([...SEQUENTIAL, ...DIVERGING].sort()).toEqual([...COLORMAP_NAMES].sort());
    expect(COLORMAP_NAMES[0]).toBe('viridis');
  });

  it('fall back on viridis', () => {
    expect(colormap('constructor')).toEqual(colormap('viridis'));
    expect([...colormap('viridis').slice(0, 3)]).toEqual([0x44, 0x01, 0x54]);
  });
});

describe('parseColor', () => {
  it('reads hexadecimal colours only', () => {
    expect(parseColor('#Ff8000')).toEqual([255, 128, 0]);
    expect(parseColor('#ff800080')).toEqual([255, 128, 0]);
    expect(parseColor('red')).toBeNull();
    expect(parseColor('url(#a)')).toBeNull();
  });
});
