import fc from 'fast-check';
import { effect } from '@preact/signals';
import { describe, expect, it } from 'vitest';

import { Changes } from '../../src/state/change';

describe('change', () => {
  it('is the only way to set a slot', () => {
    const slot = new Changes().slot(0);
    expect(() => slot.set(1)).toThrow('inside change() only');
    expect(slot.signal.value).toBe(0);
  });

  it('leaves nothing behind when it throws', () => {
    const changes = new Changes();
    const a = changes.slot('a');
    const b = changes.slot('b');
    const seen: string[] = [];
    effect(() => void seen.push(a.signal.value + b.signal.value));
    expect(() =>
      changes.change('half', () => {
        a.set('x');
        b.set('y');
        a.set('z');
        throw new Error('stop');
      })
    ).toThrow('stop');
    expect(a.signal.value + b.signal.value).toBe('ab');
    expect(changes.revision.value).toBe(0);
    expect(changes.undo()).toBeNull();
    expect(() => a.set('later')).toThrow();
    expect(seen.every(text => text === 'ab')).toBe(true);
  });

  it('takes a command within a command as one, and undoes only its part if that fails', () => {
    const changes = new Changes();
    const a = changes.slot(0);
    const b = changes.slot(0);
    changes.change('outer', () => {
      a.set(1);
      try {
        changes.change('inner', () => {
          a.set(2);
          b.set(2);
          throw new Error('inner');
        });
      } catch {
        // What a caller may do.
      }
      changes.change('inner', () => b.set(3));
    });
    expect([a.signal.value, b.signal.value]).toEqual([1, 3]);
    expect(changes.past.value).toHaveLength(1);
    expect(changes.revision.value).toBe(1);
    expect(changes.undo()).toBe('outer');
    expect([a.signal.value, b.signal.value]).toEqual([0, 0]);
  });

  it('counts once, and not at all when nothing changed', () => {
    const changes = new Changes();
    const slot = changes.slot(1);
    changes.change('same', () => slot.set(1));
    expect([changes.revision.value, changes.past.value.length]).toEqual([0, 0]);
    changes.change('twice', () => {
      slot.set(2);
      slot.set(3);
    });
    expect(changes.revision.value).toBe(1);
  });

  it('joins changes in a row that have one key and one origin', () => {
    const changes = new Changes();
    const slot = changes.slot(0);
    const drag = (value: number, origin: 'person' | 'python' = 'person'): void =>
      changes.change('size', () => slot.set(value), { key: 'size', origin });
    drag(1);
    drag(2);
    drag(3, 'python');
    expect(changes.past.value.map(step => step.origin)).toEqual(['person', 'python']);
    changes.undo();
    expect(slot.signal.value).toBe(2);
    changes.undo();
    expect(slot.signal.value).toBe(0);
    changes.redo();
    drag(9);
    expect(changes.past.value).toHaveLength(2);
  });

  it('keeps fifty steps', () => {
    const changes = new Changes();
    const slot = changes.slot(0);
    for (let i = 1; i <= 60; i++) {
      changes.change(`${i}`, () => slot.set(i));
    }
    while (changes.undo() !== null);
    expect(slot.signal.value).toBe(10);
  });

  it('lets what is not undone be carried over', () => {
    const changes = new Changes();
    const slot = changes.slot({ field: 'a', camera: 0 }, (back, now) => ({
      ...back,
      camera: now.camera
    }));
    changes.change('field', () => slot.set({ field: 'b', camera: 0 }));
    changes.change('look', () => slot.set({ field: 'b', camera: 5 }), { record: false });
    changes.undo();
    expect(slot.signal.value).toEqual({ field: 'a', camera: 5 });
    changes.redo();
    expect(slot.signal.value).toEqual({ field: 'b', camera: 5 });
  });

  it('goes back and forth like a list of states', () => {
    const step = fc.oneof(
      fc.record({ does: fc.constant('set' as const), slot: fc.nat(2), value: fc.nat(5) }),
      fc.record({ does: fc.constant('fail' as const), slot: fc.nat(2), value: fc.nat(5) }),
      fc.record({ does: fc.constant('undo' as const) }),
      fc.record({ does: fc.constant('redo' as const) })
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 45 }), steps => {
        const changes = new Changes();
        const slots = [0, 0, 0].map(value => changes.slot(value));
        let states = [[0, 0, 0]];
        let at = 0;
        for (const next of steps) {
          const now = states[at]!;
          if (next.does === 'undo') {
            expect(changes.undo() !== null).toBe(at > 0);
            at = Math.max(0, at - 1);
          } else if (next.does === 'redo') {
            expect(changes.redo() !== null).toBe(at < states.length - 1);
            at = Math.min(states.length - 1, at + 1);
          } else if (next.does === 'set') {
            changes.change('set', () => slots[next.slot]!.set(next.value));
            if (now[next.slot] !== next.value) {
              states = [...states.slice(0, at + 1), now.with(next.slot, next.value)];
              at++;
            }
          } else {
            expect(() =>
              changes.change('fail', () => {
                slots[next.slot]!.set(next.value);
                throw new Error('no');
              })
            ).toThrow();
          }
          expect(slots.map(slot => slot.signal.value)).toEqual(states[at]);
        }
      })
    );
  });
});

describe('what is waited for', () => {
  it('comes to where it was, in all of history, without a step', () => {
    const changes = new Changes();
    const slot = changes.slot<readonly string[]>([]);
    changes.change('one', () => slot.set(['?', 'a']));
    changes.change('two', () => slot.set(['?', 'b']));
    changes.change('three', () => slot.set(['b']));
    changes.undo();
    const { value } = changes.revision;
    changes.fill(slot, words => words.map(word => (word === '?' ? '!' : word)));
    expect([slot.signal.value, changes.past.value.length]).toEqual([['!', 'b'], 2]);
    expect(changes.revision.value).toBe(value + 1);
    changes.undo();
    expect(slot.signal.value).toEqual(['!', 'a']);
    changes.undo();
    expect(slot.signal.value).toEqual([]);
    changes.redo();
    changes.redo();
    expect(slot.signal.value).toEqual(['!', 'b']);
    changes.redo();
    expect(slot.signal.value).toEqual(['b']);
    // Where nothing waits, nothing has changed.
    const now = changes.revision.value;
    changes.fill(slot, words => words);
    expect(changes.revision.value).toBe(now);
  });

  it('is one value where it was one, so that nothing is made of it twice', () => {
    const changes = new Changes();
    const slot = changes.slot<readonly string[]>([]);
    changes.change('one', () => slot.set(['?']));
    changes.change('two', () => slot.set([]));
    changes.undo();
    let made = 0;
    changes.fill(slot, words => {
      made += words[0] === '?' ? 1 : 0;
      return words.map(() => '!');
    });
    const filled = slot.signal.value;
    changes.undo();
    changes.redo();
    expect([filled, made]).toEqual([['!'], 1]);
    expect(slot.signal.value).toBe(filled);
  });

  it('goes with a change that fails', () => {
    const changes = new Changes();
    const slot = changes.slot('?');
    expect(() =>
      changes.change('half', () => {
        changes.fill(slot, () => '!');
        throw new Error('stop');
      })
    ).toThrow('stop');
    expect(slot.signal.value).toBe('?');
  });
});

describe('a step that is dropped', () => {
  it('is gone with all after it, wherever undo stands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(6), fc.nat(6), (n, which, back) => {
        const changes = new Changes();
        const slot = changes.slot(0);
        const revisions = Array.from({ length: n }, (_, i) => {
          changes.change('step', () => slot.set(i + 1));
          return changes.revision.value;
        });
        const undone = Math.min(back, n);
        for (let i = 0; i < undone; i++) {
          changes.undo();
        }
        const found = which < n;
        expect(changes.drop(revisions[which] ?? -1)).toBe(found);
        const left = found ? which : n;
        expect(slot.signal.value).toBe(Math.min(left, n - undone));
        while (changes.redo() !== null);
        expect(slot.signal.value).toBe(left);
      })
    );
  });
});
