/** Colours: of categories, of numbers, and of what has neither. */

export type Rgb = readonly [number, number, number];

/** What a cell without a value is drawn in. */
export const NEUTRAL: Rgb = [160, 160, 164];

/**
 * The first twenty: Paul Tol's "bright" and "muted" schemes and Okabe and Ito's, reordered; they
 * stay apart for colour-blind eyes. Further ones walk the hues by the golden angle.
 */
const FIRST = [
  '#4477aa', '#ee6677', '#228833', '#ccbb44', '#66ccee', '#aa3377', '#e69f00', '#009e73',
  '#882255', '#88ccee', '#999933', '#332288', '#d55e00', '#44aa99', '#cc79a7', '#117733',
  '#ddcc77', '#0072b2', '#cc6677', '#661100'
];

export function categoryColor(index: number): string {
  return FIRST[index] ?? hsl((index * 137.508) % 360, 0.6, index % 2 ? 0.42 : 0.62);
}

function hsl(hue: number, saturation: number, lightness: number): string {
  const a = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): string => {
    const k = (n + hue / 30) % 12;
    const value = lightness - a * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})(?:[0-9a-f]{2})?$/i;

/** `#rrggbb` as numbers; null for anything else. */
export function parseColor(color: string): Rgb | null {
  const found = HEX.exec(color);
  return found ? [hex(found[1]!), hex(found[2]!), hex(found[3]!)] : null;
}

function hex(digits: string): number {
  return parseInt(digits, 16);
}

/** Colormaps by name, as colours at equal steps (matplotlib's, CC0, by Smith and van der Walt). */
const COLORMAPS: Readonly<Record<string, readonly string[]>> = {
  viridis: [
    '#440154', '#482878', '#3e4989', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6ece58',
    '#b5de2b', '#fde725'
  ],
  magma: [
    '#000004', '#180f3d', '#440f76', '#721f81', '#9e2f7f', '#cd4071', '#f1605d', '#fd9668',
    '#feca8d', '#fcfdbf'
  ],
  cividis: [
    '#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369',
    '#e1cc55', '#fee838'
  ]
};

export const COLORMAP_NAMES: readonly string[] = Object.keys(COLORMAPS);

/** 256 colours, RGB interleaved; an unknown name gives viridis. */
export function colormap(name: string): Uint8Array {
  const stops = Object.hasOwn(COLORMAPS, name) ? COLORMAPS[name]! : COLORMAPS['viridis']!;
  const colors = stops.map(stop => parseColor(stop)!);
  const lut = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (colors.length - 1);
    const low = Math.min(colors.length - 2, Math.floor(place));
    for (let c = 0; c < 3; c++) {
      const from = colors[low]![c]!;
      const to = colors[low + 1]![c]!;
      lut[i * 3 + c] = Math.round(from + (to - from) * (place - low));
    }
  }
  return lut;
}
