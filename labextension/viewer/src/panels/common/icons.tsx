/** Line icons of 16 × 16, drawn in the colour of the text around them. */
import type { JSX } from 'preact';

const paths = {
  navigate: 'M8 1.5v13M1.5 8h13M8 1.5 6 3.5M8 1.5l2 2M8 14.5l-2-2M8 14.5l2-2M1.5 8l2-2M1.5 8l2 2M14.5 8l-2-2M14.5 8l-2 2',
  lasso:
    'M5.1 11.2C2.9 10.5 1.5 9 1.5 7.2c0-2.8 2.9-5 6.5-5s6.5 2.2 6.5 5-2.9 5-6.5 5c-.5 0-1 0-1.5-.1M6.4 11.6a1.5 1.5 0 1 1-2.9.5 1.5 1.5 0 0 1 2.9-.5ZM4.4 13.4c.1.7-.2 1.3-.8 1.8',
  proximity: 'M8 2a6 6 0 1 0 0 12a6 6 0 0 0 0-12ZM8 8h6M9 8a1 1 0 1 1-2 0a1 1 0 0 1 2 0Z',
  knn: 'M4.5 11.2 7 5.8M9 5.8l2.5 5.4M5.5 12.5h5M9.5 4.2a1.5 1.5 0 1 1-3 0a1.5 1.5 0 0 1 3 0ZM5.5 12.5a1.5 1.5 0 1 1-3 0a1.5 1.5 0 0 1 3 0ZM13.5 12.5a1.5 1.5 0 1 1-3 0a1.5 1.5 0 0 1 3 0Z',
  annotation: 'M2 2h6l6 6-6 6-6-6ZM6 5.5a.5.5 0 1 1-1 0a.5.5 0 0 1 1 0Z',
  'by-name': 'M2.5 4h11M2.5 8h6M2.5 12h4M10 13.5l3.5-5M11.2 8.5h2.3v2.3',
  frame: 'M2 5.5V2h3.5M10.5 2H14v3.5M14 10.5V14h-3.5M5.5 14H2v-3.5M6 8a2 2 0 1 0 4 0 2 2 0 0 0-4 0Z',
  help: 'M5.8 6a2.2 2.2 0 1 1 3.3 1.9c-.7.4-1.1.8-1.1 1.6M8 11.9v.1',
  panel: 'M2 3h12v10H2ZM6 3v10',
  undo: 'M6 3 2.8 6.2 6 9.4M3 6.2h6.2a3.6 3.6 0 0 1 0 7.2H6.5',
  redo: 'M10 3l3.2 3.2L10 9.4M13 6.2H6.8a3.6 3.6 0 0 0 0 7.2h2.7',
  session: 'M2.5 2.5h8.5l2.5 2.5v8.5h-11ZM5 2.5v3.5h5v-3.5M4.5 13.5v-4.5h7v4.5',
  keep: 'M2 4h12v9H2ZM8 6v5M5.5 8.5h5',
  grid: 'M2 2h5v5H2ZM9 2h5v5H9ZM2 9h5v5H2ZM9 9h5v5H9Z',
  lock: 'M3.5 7h9v7h-9ZM5.5 7V4.5a2.5 2.5 0 0 1 5 0V7',
  unlock: 'M3.5 7h9v7h-9ZM5.5 7V4.5a2.5 2.5 0 0 1 4.8-1',
  display: 'M2 4.5h5M11 4.5h3M9 2.5v4M2 11.5h2M8 11.5h6M6 9.5v4',
  full: 'M2 6V2h4M14 10v4h-4M2.5 2.5 6.5 6.5M13.5 13.5l-4-4',
  more: 'M2.6 8a.7.7 0 1 0 1.4 0 .7.7 0 0 0-1.4 0ZM7.3 8a.7.7 0 1 0 1.4 0 .7.7 0 0 0-1.4 0ZM12 8a.7.7 0 1 0 1.4 0 .7.7 0 0 0-1.4 0Z',
  down: 'M4.5 6.5 8 10l3.5-3.5',
  orbit: 'M1.5 8c0-1.7 2.9-3 6.5-3s6.5 1.3 6.5 3-2.9 3-6.5 3-6.5-1.3-6.5-3ZM8 7.9v.2M11.5 12.5 10 11l1.5-1.5',
  fly: 'M14 2 1.5 7l5 2.5L9 14.5ZM14 2 6.5 9.5',
  chart: 'M2 2v12h12M5 11.5V8M8 11.5V4.5M11 11.5V6.5',
  copy: 'M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3',
  sort: 'M2.5 4.5h11M2.5 8h7.5M2.5 11.5h4',
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5 6.5 12 13 4.5',
  pencil: 'M10.8 2.8l2.4 2.4L5.6 12.8 2.6 13.4l.6-3ZM9.2 4.4l2.4 2.4',
  replace: 'M3 3h10v10H3Z',
  intersect: 'M2 2h8v8H2ZM6 6h8v8H6Z',
  add: 'M2 2h8v4h4v8H6v-4H2Z',
  remove: 'M2 2h8v4H6v4H2ZM10 6h4v8H6v-4'
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="cx-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {name === 'intersect' && <path class="cx-icon-fill" d="M6 6h4v4H6Z" />}
      <path d={paths[name]} />
    </svg>
  );
}
