/** One event of a stream as WHATWG HTML, 9.2, has it: its name, and its data still as text. */
export interface StreamedEvent {
  readonly event: string;
  readonly data: string;
}

/** Cuts a text/event-stream into its events, whatever pieces it arrives in; comments and ids are passed over. */
export async function* eventsOf(pieces: AsyncIterable<string>): AsyncGenerator<StreamedEvent> {
  let rest = '';
  for await (const piece of pieces) {
    const frames = (rest + piece).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const read = readFrame(frame);
      if (read) yield read;
    }
  }
}

const readFrame = (frame: string): StreamedEvent | null => {
  const lines = frame.split('\n');
  const field = (name: string): string[] =>
    lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ''));
  const data = field('data');
  return data.length === 0 ? null : { event: field('event').at(-1) ?? 'message', data: data.join('\n') };
};
