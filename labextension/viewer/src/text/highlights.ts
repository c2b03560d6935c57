/** Pages and groups. */
export const highlights = {
  groups: 'Groups',
  noGroups: 'No groups yet. Choose Lasso, draw around cells, and Confirm.',
  groupEnabled: (label: string) => `Show ${label}`,
  groupName: 'Name of the group',
  rename: (label: string) => `Rename ${label}`,
  remove: (label: string) => `Remove ${label}`
} as const;
