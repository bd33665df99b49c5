import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN } from '../app.ts';
import { startJobsApp, type JobsApp } from './jobs-app.ts';

interface StreamEvent {
  readonly id: number;
  readonly event: string;
  readonly data: { id?: string; state: string; name?: string };
}

const line = (block: string, field: string): string => new RegExp(`^${field}: (.*)$`, 'm').exec(block)?.[1] ?? '';

const eventsIn = (text: string): StreamEvent[] =>
  text
    .split('\n\n')
    .filter((block) => block.startsWith('id:'))
    .map((block) => ({
      id: Number(line(block, 'id')),
      event: line(block, 'event'),
      data: JSON.parse(line(block, 'data')) as StreamEvent['data'],
    }));

describe('the stream of a job’s events', () => {
  let app: JobsApp;
  let id: string;
  let live: Promise<{ type: string | null; events: StreamEvent[] }>;

  const stream = async (after?: string) => {
    const headers = {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      ...(after === undefined ? {} : { 'last-event-id': after }),
    };
    const response = await fetch(`${app.url}/v1/jobs/${id}/events`, { headers });
    return { type: response.headers.get('content-type'), events: eventsIn(await response.text()) };
  };

  beforeAll(async () => {
    app = await startJobsApp();
    let begin = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    app.hosts.before('install-packages.sh', () => begun);
    id = await app.onboard();
    live = stream();
    setTimeout(begin, 300);
    await app.ended(id);
  });
  afterAll(() => app.close());

  it('tells a reader who came while it ran everything from its begin, in order, and ends with the job', async () => {
    const { type, events } = await live;
    expect(type).toMatch(/^text\/event-stream/);
    expect(events.map((event) => event.id)).toEqual(events.map((_, index) => index + 1));
    const states = events.filter(({ event }) => event === 'job').map(({ data }) => data.state);
    expect(states).toEqual(['queued', 'running', 'done']);
    expect(events.at(-1)).toMatchObject({ event: 'job', data: { id, state: 'done' } });
  });

  it('tells of each step when it begins and when it is done', async () => {
    const { events } = await live;
    const steps = events.filter(({ event }) => event === 'step').map(({ data }) => data);
    const job = await app.job(id);
    expect(steps.filter(({ state }) => state === 'running')).toHaveLength(job.steps.length);
    expect(steps.filter(({ state }) => state === 'done')).toHaveLength(job.steps.length);
  });

  it('tells a reader who comes after the end the same', async () => {
    expect(await stream()).toEqual(await live);
  });

  it('goes on after the last event that the reader has', async () => {
    const { events } = await live;
    expect((await stream('5')).events).toEqual(events.slice(5));
    expect((await stream(String(events.length))).events).toEqual([]);
  });

  it.each(['', 'abc', '-1', '1e3', '99999999999'])(
    'begins at the begin for a Last-Event-ID that is none: "%s"',
    async (after) => {
      expect((await stream(after)).events).toEqual((await live).events);
    },
  );

  it('is for those who may see the job', async () => {
    expect((await fetch(`${app.url}/v1/jobs/${id}/events`)).status).toBe(401);
  });
});
