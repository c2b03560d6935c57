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

/** From here on colours repeat: nobody tells more of them apart. */
export const MOST_COLORS = 1024;

/** The colour of the category at `index`; after the palette, hues by the golden angle. */
export function categoryColor(index: number): string {
  const place = index % MOST_COLORS;
  return PALETTE[place] ?? hsl((place * 137.508) % 360, 0.6, place % 2 ? 0.42 : 0.62);
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

/** A colour as CSS tells it. */
export function css(color: Rgb): string {
  return `rgb(${color.join(' ')})`;
}

/** A colour as `#rrggbb`. */
export function hexOf(color: Rgb): string {
  return `#${color.map(value => value.toString(16).padStart(2, '0')).join('')}`;
}

function hex(digits: string): number {
  return parseInt(digits, 16);
}

/**
 * Colormaps by name, as colours at equal steps. The first five and coolwarm: samples of matplotlib's,
 * by Smith and van der Walt (CC0), by Nuñez, Anderton and Renslow (2018), and by Moreland (2009).
 * RdBu: colours from www.ColorBrewer.org by Cynthia A. Brewer, Pennsylvania State University
 * (Apache 2.0).
 */
const COLORMAPS: Readonly<Record<string, readonly string[]>> = {
  viridis: [
    '#440154', '#481a6c', '#472f7d', '#414487', '#39568c', '#31688e', '#2a788e', '#23888e',
    '#1f988b', '#22a884', '#35b779', '#54c568', '#7ad151', '#a5db36', '#d2e21b', '#fde725'
  ],
  plasma: [
    '#0d0887', '#330597', '#5002a2', '#6a00a8', '#8405a7', '#9c179e', '#b12a90', '#c33d80',
    '#d35171', '#e16462', '#ed7953', '#f68f44', '#fca636', '#fec029', '#f9dc24', '#f0f921'
  ],
  inferno: [
    '#000004', '#0c0826', '#240c4f', '#420a68', '#5d126e', '#781c6d', '#932667', '#ae305c',
    '#c73e4c', '#dd513a', '#ed6925', '#f8850f', '#fca50a', '#fac62d', '#f2e661', '#fcffa4'
  ],
  magma: [
    '#000004', '#0b0924', '#20114b', '#3b0f70', '#57157e', '#721f81', '#8c2981', '#a8327d',
    '#c43c75', '#de4968', '#f1605d', '#fa7f5e', '#fe9f6d', '#febf84', '#fddea0', '#fcfdbf'
  ],
  cividis: [
    '#00224e', '#002e6c', '#1e3a6f', '#35456c', '#47516c', '#575d6d', '#666970', '#757575',
    '#848279', '#948e77', '#a59c74', '#b7a96e', '#c8b866', '#dbc75a', '#eed649', '#fee838'
  ],
  RdBu: [
    '#67001f', '#b2182b', '#d6604d', '#f4a582', '#fddbc7', '#f7f7f7', '#d1e5f0', '#92c5de',
    '#4393c3', '#2166ac', '#053061'
  ],
  coolwarm: [
    '#3b4cc0', '#4e68d8', '#6282ea', '#779af7', '#8db0fe', '#a3c2fe', '#b9d0f9', '#ccd9ed',
    '#dddcdc', '#ebd3c6', '#f4c5ad', '#f7b194', '#f49a7b', '#ec7f63', '#de614d', '#cb3e38',
    '#b40426'
  ]
};

export const COLORMAP_NAMES: readonly string[] = Object.keys(COLORMAPS);

/** Colours of a colormap at equal steps, as a gradient runs through them; as for `colormap`. */
export function colormapStops(name: string): readonly string[] {
  return Object.hasOwn(COLORMAPS, name) ? COLORMAPS[name]! : COLORMAPS['viridis']!;
}

/** 256 colours, RGB interleaved; an unknown name gives viridis. */
export function colormap(name: string): Uint8Array {
  const colors = colormapStops(name).map(stop => parseColor(stop)!);
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
