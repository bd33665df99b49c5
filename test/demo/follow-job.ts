import type { Client, JobView } from '../e2e/client.ts';
import type { Progress } from '../lab/progress.ts';
import { eventsOf } from './event-stream.ts';
import { jobLine, stepLine, type StepView } from './job-lines.ts';

export interface Following {
  readonly token: string;
  readonly say: Progress;
  readonly stop: AbortSignal;
  /** By address. */
  readonly hostNames: ReadonlyMap<string, string>;
}

/**
 * Asks for a job and tells every step as the service's event stream does, to the job's end.
 * @throws Error where the job is refused or does not end `done`
 */
export const runAndTell = async (
  client: Client,
  title: string,
  request: Record<string, unknown>,
  following: Following,
): Promise<void> => {
  const { say } = following;
  const { id } = await client.post<JobView>('/v1/jobs', request);
  for await (const { event, data } of eventsOf(await streamOf(client, id, following))) {
    const line = event === 'step' ? stepLine(JSON.parse(data) as StepView, following.hostNames) : null;
    if (line !== null) say(line);
  }
  const job = await client.job(id);
  if (job.state !== 'done') throw new Error(jobLine(title, job));
  say(jobLine(title, job));
};

const streamOf = async (client: Client, id: string, { token, stop }: Following): Promise<AsyncIterable<string>> => {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${client.url}/v1/jobs/${id}/events`, { headers, signal: stop });
  if (!response.ok || !response.body) throw new Error(`the events of job ${id} answered ${response.status}`);
  return response.body.pipeThrough(new TextDecoderStream());
};
