import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsOf, type StreamedEvent } from './event-stream.ts';

const read = async (pieces: readonly string[]): Promise<StreamedEvent[]> => {
  const events: StreamedEvent[] = [];
  for await (const event of eventsOf(asStream(pieces))) events.push(event);
  return events;
};

/** The pieces, one turn of the event loop after the other. */
async function* asStream(pieces: readonly string[]): AsyncGenerator<string> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

describe('A stream of events', () => {
  it('is cut into names and data', async () => {
    const stream = 'id: 1\nevent: step\ndata: {"name":"reload"}\n\nid: 2\nevent: job\ndata: {"state":"done"}\n\n';
    expect(await read([stream])).toEqual([
      { event: 'step', data: '{"name":"reload"}' },
      { event: 'job', data: '{"state":"done"}' },
    ]);
  });

  it('may have comments, which say nothing', async () => {
    expect(await read([': still here\n\nevent: job\ndata: 1\n\n: still here\n\n'])).toEqual([
      { event: 'job', data: '1' },
    ]);
  });

  it('has no event in what was not ended by a blank line', async () => {
    expect(await read(['event: job\ndata: 1\n'])).toEqual([]);
  });

  it('joins the lines of data, and calls what has no name a message (WHATWG HTML, 9.2.6)', async () => {
    expect(await read(['data: one\ndata:two\n\n'])).toEqual([{ event: 'message', data: 'one\ntwo' }]);
  });

  it('is the same in whatever pieces it arrives', async () => {
    const stream = ': hello\n\nid: 1\nevent: step\ndata: {"a":1}\n\nevent: job\ndata: {"b":2}\n\n';
    const whole = await read([stream]);
    const cuts = fc.array(fc.nat(stream.length), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const borders = [0, ...places.sort((a, b) => a - b), stream.length];
        const pieces = borders.slice(1).map((end, index) => stream.slice(borders[index], end));
        expect(await read(pieces)).toEqual(whole);
      }),
    );
  });
});
