import { describe, expect, it } from 'vitest';
import type { JobView } from '../e2e/client.ts';
import { jobLine, stepLine, type StepView } from './job-lines.ts';

const NAMES = new Map([['10.77.1.1', 'duo-1']]);
const FINDING = {
  code: 'qdevice_failed',
  severity: 'error',
  subject: '10.77.1.1',
  message: 'qdevice did not start.',
} as const;

const step: StepView = {
  name: 'start-qdevice',
  subject: '10.77.1.1',
  state: 'done',
  attempts: 1,
  finding: null,
  startedAt: '2026-11-22T10:00:00.000Z',
  endedAt: '2026-11-22T10:00:01.250Z',
};

const job: JobView = {
  id: '019aa000-0000-7000-8000-000000000000',
  kind: 'onboard',
  state: 'done',
  finding: null,
  findings: [],
  steps: [step],
  createdAt: '2026-11-22T10:00:00.000Z',
  startedAt: '2026-11-22T10:00:00.000Z',
  endedAt: '2026-11-22T10:00:04.000Z',
};

describe('The line of a step', () => {
  it('names its host as people know it, and how long it took', () => {
    expect(stepLine(step, NAMES)).toBe('  start-qdevice        duo-1    done in 1.3 s');
  });

  it('keeps a subject that is no host', () => {
    expect(stepLine({ ...step, subject: 'duo' }, NAMES)).toContain(' duo ');
  });

  it('says why it failed', () => {
    expect(stepLine({ ...step, state: 'failed', finding: FINDING }, NAMES)).toMatch(
      /failed in 1\.3 s: qdevice did not start\.$/,
    );
  });

  it.each(['pending', 'running', 'undoing'])('is not there while it is %s', (state) => {
    expect(stepLine({ ...step, state, endedAt: null }, NAMES)).toBeNull();
  });

  it.each(['undone', 'undo-failed'])('is there when it is %s', (state) => {
    expect(stepLine({ ...step, state }, NAMES)).toContain(state);
  });
});

describe('The line of a job', () => {
  it('says how it ended, and when', () => {
    expect(jobLine('onboard duo', job)).toBe('onboard duo: done in 4.0 s');
  });

  it('says why it did not end well', () => {
    expect(jobLine('onboard duo', { ...job, state: 'undone', finding: FINDING })).toBe(
      'onboard duo: undone in 4.0 s (qdevice did not start.)',
    );
  });
});
