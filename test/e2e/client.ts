/** A small client of the service's API, for tests, the demo and benchmarks. It knows the wire, not the code behind it. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** What a request that should have succeeded was answered. */
export class UnexpectedAnswer extends Error {
  readonly answer: Answer;
  constructor(method: string, path: string, answer: Answer) {
    super(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 2_000)}`);
    this.answer = answer;
  }
}

export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly subject: string;
  readonly message: string;
}

export interface JobView {
  readonly id: string;
  readonly kind: string;
  readonly state: 'queued' | 'running' | 'done' | 'undone' | 'frozen' | 'cancelled';
  readonly finding: Finding | null;
  readonly findings: readonly Finding[];
  readonly steps: readonly {
    readonly name: string;
    readonly subject: string;
    readonly state: string;
    readonly attempts: number;
    readonly finding: Finding | null;
    readonly startedAt: string | null;
    readonly endedAt: string | null;
  }[];
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface VoteView {
  readonly state: 'ok' | 'at-risk' | 'lost' | 'unknown';
  readonly since: string | null;
  readonly findings: readonly Finding[];
  readonly votes: {
    readonly expected: number | null;
    readonly total: number | null;
    readonly quorum: number | null;
    readonly qdevice: number | null;
  };
  readonly nodes: readonly {
    readonly nodeId: number | null;
    readonly name: string;
    readonly online: boolean | null;
    readonly qdevice: string;
  }[];
  readonly arbiter: { readonly vote: string };
  readonly lossesSurvived: { readonly withArbiter: number | null; readonly withoutArbiter: number | null };
}

const ENDED = ['done', 'undone', 'frozen', 'cancelled'];

export class Client {
  readonly url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  async ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as T };
  }

  /** @throws UnexpectedAnswer for anything but a success */
  async demand<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.ask<T>(method, path, body);
    if (answer.status >= 300) throw new UnexpectedAnswer(method, path, answer as Answer);
    return answer.body;
  }

  get<T = Record<string, unknown>>(path: string): Promise<T> {
    return this.demand<T>('GET', path);
  }

  post<T = Record<string, unknown>>(path: string, body: unknown = {}): Promise<T> {
    return this.demand<T>('POST', path, body);
  }

  job(id: string): Promise<JobView> {
    return this.get<JobView>(`/v1/jobs/${id}`);
  }

  vote(clusterId: string): Promise<VoteView> {
    return this.get<VoteView>(`/v1/clusters/${clusterId}/vote`);
  }

  /** Waits for a job's end. A service that is away meanwhile is waited for. */
  async jobEnd(id: string, { timeoutMs = 120_000, everyMs = 100 } = {}): Promise<JobView> {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const job = await this.job(id).catch((thrown: unknown) => {
        if (thrown instanceof UnexpectedAnswer) throw thrown;
        return null;
      });
      if (job && ENDED.includes(job.state)) return job;
      if (performance.now() > until)
        throw new Error(`job ${id} did not end in ${timeoutMs} ms: ${JSON.stringify(job)}`);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  /** Waits for a job's end on its event stream, which tells of it at once and asks the service for nothing meanwhile. */
  async jobEndStreamed(id: string): Promise<JobView> {
    const response = await fetch(`${this.url}/v1/jobs/${id}/events`, {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    await response.text();
    return this.job(id);
  }

  /** Asks for a job and waits for its end. */
  async run(body: Record<string, unknown>): Promise<JobView> {
    const { id } = await this.post<JobView>('/v1/jobs', body);
    return this.jobEnd(id);
  }
}
