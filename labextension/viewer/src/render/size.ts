import type { Size } from './camera';

/** Diameter in CSS pixels at which this many cells neither vanish nor melt into one. */
export function automaticPointSize(cells: number, size: Size): number {
  const room = Math.sqrt(Math.min(size.width, size.height) / 600);
  return Math.min(Math.max(6.5 * (700 / Math.max(cells, 1)) ** 0.22 * room, 1.2), 9);
}
