/** Views: dimensions, cameras, navigation. */
export const views = {
  navigation: 'Navigation',
  tools: 'Tools',
  navigate: 'Navigate',
  dimension: 'Dimension',
  dimensionName: (dimension: number) => `${dimension}D`,
  frameAll: 'Frame all cells',
  goOn: 'Frozen by the notebook: go on',
  help: 'Keyboard shortcuts',
  openPanel: 'Show panel',
  closePanel: 'Hide panel',
  panel: 'Panel'
} as const;
