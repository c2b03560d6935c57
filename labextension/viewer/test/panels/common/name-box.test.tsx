// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { afterEach, expect, it } from 'vitest';

import { NameBox } from '../../../src/panels/common/name-box';

afterEach(cleanup);

/** What a box that began with `name` answers to what is done in it. */
function answers(name: string, act: (box: HTMLInputElement) => void, proposed = false): unknown[] {
  const given: unknown[] = [];
  render(<NameBox name={name} label="Name" proposed={proposed} done={one => given.push(one)} />);
  act(screen.getByRole('textbox'));
  cleanup();
  return given;
}

it('takes what was typed by Enter, and when it is left', () => {
  const type = (box: HTMLInputElement): boolean => fireEvent.input(box, { target: { value: 'B' } });
  expect(answers('A', box => type(box) && fireEvent.keyDown(box, { key: 'Enter' }))).toEqual(['B']);
  expect(answers('A', box => type(box) && fireEvent.blur(box))).toEqual(['B']);
  expect(answers('A', box => type(box) && fireEvent.keyDown(box, { key: 'Escape' }))).toEqual([null]);
});

it('changes nothing where nothing was typed, whatever the box can’t show of the name', () => {
  for (const name of ['A', ' A ', 'two\nlines']) {
    expect(answers(name, box => fireEvent.blur(box))).toEqual([null]);
    expect(answers(name, box => fireEvent.keyDown(box, { key: 'Enter' }))).toEqual([null]);
  }
});

it('takes a name that is only proposed by Enter, and not when it is left', () => {
  expect(answers('A', box => fireEvent.keyDown(box, { key: 'Enter' }), true)).toEqual(['A']);
  expect(answers('A', box => fireEvent.blur(box), true)).toEqual([null]);
});
