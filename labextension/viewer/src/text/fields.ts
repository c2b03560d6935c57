/** Fields and genes. */
export const fields = {
  colourBy: 'Colour by',
  noField: 'None',
  categorical: 'Categories',
  continuous: 'Numbers',
  gene: 'Gene',
  geneFind: 'Find a gene',
  noGene: (part: string) => `No gene has “${part}” in its name.`
} as const;
