import { describe, expect, it } from 'vitest';

import { categoryColor, colormap, COLORMAP_NAMES, NEUTRAL, parseColor, type Rgb } from '../../src/state/palette';

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
  });
});

describe('colormaps', () => {
  it.each(COLORMAP_NAMES)('%s has 256 colours that get lighter', name => {
    const lut = colormap(name);
    expect(lut).toHaveLength(768);
    const lightness = Array.from({ length: 256 }, (_, i) =>
      lab([lut[3 * i]!, lut[3 * i + 1]!, lut[3 * i + 2]!])[0]
    );
    // Rounding to whole numbers may cost a little between neighbours.
    expect(lightness.every((l, i) => i < 8 || l > lightness[i - 8]!)).toBe(true);
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
