/** Colours: of categories, of numbers, and of what has neither. */

export type Rgb = readonly [number, number, number];

/** What a cell without a value is drawn in. */
export const NEUTRAL: Rgb = [160, 160, 164];

/**
 * The first ten: out of the schemes of Paul Tol, and of Okabe and Ito. Each further one is the
 * colour farthest (CIELAB) from those before it, from the neutral grey, and from both backgrounds,
 * to normal eyes and to simulated red- and green-blind ones (Machado and others, 2009).
 */
const PALETTE = [
  '#4477aa', '#ee6677', '#228833', '#ccbb44', '#66ccee', '#aa3377', '#e69f00', '#009e73',
  '#cc79a7', '#882255', '#695ad2', '#ffc396', '#b42d0f', '#5a4b2d', '#a5a5ff', '#96d2b4',
  '#5a3c87', '#f0875a', '#0f87ff', '#d269d2', '#5a784b', '#3ce1e1', '#0f6978', '#78962d',
  '#a5e169', '#4bd278', '#784b4b', '#004ba5', '#d2a596', '#3c6900', '#c36900', '#b4a5d2',
  '#a5002d', '#e1a5c3', '#69b45a', '#966996', '#964b96', '#0096f0', '#1ea5e1', '#e13c4b',
  '#4b69b4', '#87c3ff', '#b44b2d', '#ff69c3', '#a5875a', '#966978', '#f0c33c', '#d2873c',
  '#f06996', '#9669d2', '#87e196', '#b49600', '#ffb4b4', '#c35a69', '#00a5b4', '#c31e69',
  '#b4b487', '#875a3c', '#b4c35a', '#d2a569'
];

/** The colour of the category at `index`; after the palette, hues by the golden angle. */
export function categoryColor(index: number): string {
  return PALETTE[index] ?? hsl((index * 137.508) % 360, 0.6, index % 2 ? 0.42 : 0.62);
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
