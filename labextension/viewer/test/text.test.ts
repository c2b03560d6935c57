import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

import { text } from '../src/text';

const folder = fileURLToPath(new URL('../src/text/', import.meta.url));

it('no string stands under a name that another file has too', async () => {
  const areas = readdirSync(folder).filter(name => !['index.ts', 'numbers.ts', 'times.ts'].includes(name));
  const tables = await Promise.all(
    areas.map(async name => {
      const area = name.replace('.ts', '');
      const module = (await import(`../src/text/${area}.ts`)) as Record<string, object>;
      expect(readFileSync(`${folder}index.ts`, 'utf8')).toContain(`...${area}`);
      return Object.keys(module[area]!);
    })
  );
  expect(tables.flat().sort()).toEqual(Object.keys(text).sort());
});
