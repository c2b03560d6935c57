import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Numbered, type Frame } from '../../src/channel/numbered';

describe('numbered frames', () => {
  it('are kept until they are acknowledged', () => {
    const here = new Numbered();
    here.add({ type: 'a' });
    here.add({ type: 'b' });
    here.acknowledge(1);
    here.acknowledge('2');
    expect(here.unacknowledged()).toEqual([{ type: 'b', seq: 2 }]);
  });

  it('are refused when too many wait', () => {
    const here = new Numbered();
    for (let i = 0; i < 10_000; i++) {
      here.add({ type: 'a' });
    }
    expect(here.add({ type: 'a' })).toBeNull();
    here.acknowledge(1);
    expect(here.add({ type: 'a' })?.['seq']).toBe(10_001);
  });

  it('begin anew with a peer that forgot', () => {
    const here = new Numbered();
    here.add({ type: 'a' });
    here.add({ type: 'b' });
    here.isNew({ type: 'x', seq: 9 });
    here.acknowledge(1);
    here.restart();
    expect(here.unacknowledged()).toEqual([{ type: 'b', seq: 1 }]);
    expect(here.received).toBe(0);
  });

  it('arrive once each and in order, however often the connection breaks', () => {
    const event = fc.constantFrom('send', 'lose', 'deliver', 'ack');
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), events => {
        const [here, there] = [new Numbered(), new Numbered()];
        let onTheWay: Frame[] = [];
        const handled: unknown[] = [];
        let sent = 0;
        const deliver = (): void => {
          for (const frame of onTheWay.splice(0)) {
            if (there.isNew(frame)) {
              handled.push(frame['n']);
            }
          }
        };
        for (const what of [...events, 'lose', 'deliver']) {
          if (what === 'send') {
            onTheWay.push(here.add({ type: 'x', n: sent++ })!);
          } else if (what === 'deliver') {
            deliver();
          } else if (what === 'ack') {
            here.acknowledge(there.received);
          } else {
            here.acknowledge(there.received);
            onTheWay = [...here.unacknowledged()];
          }
        }
        expect(handled).toEqual(Array.from({ length: sent }, (_, n) => n));
      })
    );
  });
});
