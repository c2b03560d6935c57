/**
 * The walls between the rooms hold: each small bad file gets its error, from ESLint and, where it
 * is about imports, from dependency-cruiser too. A rule with a wrong resolver passes everything.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

import { roomRules } from '../eslint.rooms.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(import.meta.url);

const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.{ts,tsx}'],
      languageOptions: { parser: tseslint.parser },
      plugins: { '@typescript-eslint': tseslint.plugin }
    },
    ...(roomRules as Linter.Config[])
  ]
});

async function lint(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, 'viewer/src', file) });
  return result!.messages.map(message => message.ruleId ?? message.message);
}

describe('ESLint', () => {
  const PATHS = 'import-x/no-restricted-paths';
  const IMPORTS = 'no-restricted-imports';
  it.each([
    ['base/bad.ts', "import { union } from '../cells/cellset'; union;", PATHS],
    ['cells/bad.ts', "import { list } from '../base/check'; list;", PATHS],
    ['data/bad.ts', "import type { View } from '../state/types'; export type V = View;", PATHS],
    ['state/bad.ts', "import { captureSession } from '../session/capture'; captureSession;", PATHS],
    ['state/bad.ts', "export * from '../render/stage';", PATHS],
    ['state/bad.ts', "export const late = import('../panels/shell');", PATHS],
    ['tools/bad.ts', "import type { Surface } from '../render/stage'; export type S = Surface;", PATHS],
    ['session/bad.ts', "import { connect } from '../channel/connect'; connect;", PATHS],
    ['panels/bad.tsx', "import '../main';", PATHS],
    ['base/bad.ts', "import { signal } from '@preact/signals'; signal;", IMPORTS],
    ['state/bad.ts', "import { h } from 'preact'; h;", IMPORTS],
    ['state/bad.ts', "import { Vector3 } from 'three'; Vector3;", IMPORTS],
    ['panels/bad.tsx', "import { Vector3 } from 'three'; Vector3;", IMPORTS],
    ['channel/bad.ts', "import fs from 'node:fs'; fs;", IMPORTS],
    ['tools/bad.ts', "import { lasso } from './lasso'; lasso;", IMPORTS],
    ['session/contributors/bad.ts', "import { identity } from './identity'; identity;", IMPORTS],
    ['channel/bad.ts', "void fetch('/x');", 'no-restricted-globals'],
    ['data/dataset.ts', "void fetch('/x');", 'no-restricted-globals'],
    ['data/fetch.ts', "new WebSocket('/x');", 'no-restricted-globals'],
    ['panels/bad.tsx', 'new XMLHttpRequest();', 'no-restricted-globals'],
    ['state/bad.ts', 'document.title;', 'no-restricted-globals'],
    ['panels/bad.tsx', "void window.fetch('/x');", 'no-restricted-syntax'],
    ['panels/bad.tsx', 'export const x = <p dangerouslySetInnerHTML={{ __html: "" }} />;', 'no-restricted-syntax'],
    ['base/bad.ts', "eval('1');", 'no-eval']
  ])('finds in %s: %s', async (file, code, rule) => {
    expect(await lint(file, code)).toEqual([rule]);
  });

  it.each([
    ['data/fetch.ts', "void fetch('/x');"],
    ['channel/socket.ts', "new WebSocket('/x');"],
    ['tools/good.ts', "import type { Tool } from './tool'; export type T = Tool;"],
    ['tools/index.ts', "import { lasso } from './lasso'; lasso;"],
    ['session/contributors/index.ts', "import { identity } from './identity'; identity;"],
    ['panels/good.tsx', "import { text } from '../text'; import { h } from 'preact/hooks'; text; h;"],
    ['channel/good.ts', "import { captureSession } from '../session/capture'; captureSession;"],
    ['main.ts', "import { render } from 'preact'; import './panels/shell'; render;"]
  ])('lets pass in %s: %s', async (file, code) => {
    expect(await lint(file, code)).toEqual([]);
  });
});

describe('dependency-cruiser', () => {
  const files: Readonly<Record<string, string>> = {
    'base/a.ts': "import type { B } from './b'; export interface A { b: B }",
    'base/b.ts': "import type { A } from './a'; export interface B { a: A }",
    'cells/set.ts': "export * from '../base/a';",
    'state/app.ts': "import type { S } from '../render/stage'; export type T = S;",
    'render/stage.ts': 'export interface S { n: number }',
    'tools/tool.ts': 'export interface Tool { id: string }',
    'tools/lasso.ts': "import type { Tool } from './tool'; export type L = Tool;",
    'tools/knn.ts': "import type { L } from './lasso'; export type K = L;",
    'tools/index.ts': "export * from './lasso'; export * from './knn';",
    'data/fetch.ts': "import fs from 'node:fs'; export default fs;",
    'panels/shell.ts': "import '../main'; import { text } from '../text'; export default text;",
    'text/index.ts': 'export const text = 1;',
    'main.ts': "import './base/missing';"
  };

  it('finds each wall that is broken, types included, and no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rooms-'));
    try {
      for (const [path, code] of Object.entries(files)) {
        const file = join(folder, 'viewer/src', path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, code);
      }
      const { forbidden } = require('../.dependency-cruiser.cjs') as IFlattenedRuleSet;
      const { output } = await cruise(['viewer/src'], {
        baseDir: folder,
        validate: true,
        ruleSet: { forbidden: forbidden ?? [] },
        tsPreCompilationDeps: true
      });
      const found = (output as ICruiseResult).summary.violations.map(
        ({ rule, from }) => `${rule.name}: ${from.replace('viewer/src/', '')}`
      );
      expect([...new Set(found)].sort()).toEqual([
        'cells-rooms: cells/set.ts',
        'data-packages: data/fetch.ts',
        'main-is-the-end: panels/shell.ts',
        'no-cycle: base/a.ts',
        'panels-rooms: panels/shell.ts',
        'resolved: main.ts',
        'state-rooms: state/app.ts',
        'tools-apart: tools/knn.ts'
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
