import { z } from 'zod';
import type { Plan } from '../core/jobs/plan.ts';
import { isAllowed } from '../core/jobs/plan.ts';
import { iso, type Instant } from '../core/time.ts';
import { pageOf, pageQuery } from '../platform/http/paging.ts';
import { findingSchema, time, uuid } from '../platform/http/schemas.ts';
import type { Job, JobStep, TranscriptEntry } from './job.entity.ts';

export const JOB_KINDS = ['prepare-arbiter', 'onboard', 'offboard', 'verify', 'install-agent', 'remove-agent'] as const;
export type JobKindName = (typeof JOB_KINDS)[number];

const kind = z.enum(JOB_KINDS);
const state = z.enum(['queued', 'running', 'done', 'undone', 'frozen', 'cancelled']);

export const newJob = z
  .strictObject({
    kind,
    clusterId: uuid.optional(),
    arbiterId: uuid.optional(),
    options: z
      .record(z.string(), z.unknown())
      .default({})
      .describe(
        'Depends on the kind; onboard takes acceptOddNodeRisk; offboard takes removePackages and absentNodes; install-agent takes reportTo.',
      ),
    dryRun: z.boolean().default(false).describe('Answer with the plan (200), and change nothing.'),
  })
  .refine(
    (body) => (body.clusterId === undefined) !== (body.arbiterId === undefined),
    'give either clusterId or arbiterId',
  );
export type NewJob = z.output<typeof newJob>;

export const jobQuery = pageQuery.extend({
  clusterId: uuid.optional(),
  arbiterId: uuid.optional(),
  kind: kind.optional(),
  state: state.optional(),
});

const figures = z.object({
  expectedVotes: z.int(),
  quorum: z.int(),
  nodeVotes: z.int(),
  qdeviceVotes: z.int(),
  nodeLossesSurvived: z.int(),
});

export const planSchema = z.object({
  steps: z.array(
    z.object({
      name: z.string(),
      subject: z.string(),
      stage: z.int().describe('Steps of one stage run side by side.'),
      lasting: z.boolean().describe('It cannot be undone: once it has begun, the job goes forward only.'),
    }),
  ),
  findings: z.array(findingSchema),
  quorum: z.object({ now: figures, after: figures, afterWithoutQdevice: figures }).nullable(),
  allowed: z.boolean(),
});

const stepSchema = z.object({
  name: z.string(),
  subject: z.string(),
  state: z.enum(['pending', 'running', 'done', 'failed', 'undoing', 'undone', 'undo-failed']),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  attempts: z.int(),
  finding: findingSchema.nullable().describe('Why it failed; of a step that is done, what it has to tell.'),
});

export const jobSchema = z.object({
  id: uuid,
  kind,
  customerId: uuid.nullable(),
  clusterId: uuid.nullable(),
  arbiterId: uuid,
  options: z.record(z.string(), z.unknown()),
  state,
  finding: findingSchema.nullable().describe('Why it did not end done; for a frozen job what a person should do.'),
  findings: z.array(findingSchema).describe('What the plan had to say.'),
  quorum: planSchema.shape.quorum,
  cancelRequested: z.boolean(),
  steps: z.array(stepSchema),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
});
export const jobPageSchema = pageOf(jobSchema.omit({ steps: true }));

export const transcriptQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(200).optional(),
});

export const transcriptSchema = pageOf(
  z.object({
    id: uuid,
    host: z.string(),
    step: z.string().nullable(),
    command: z.string(),
    exitCode: z.int().nullable().describe('null when its end was not seen.'),
    stdout: z.string(),
    stderr: z.string(),
    failure: z.string().nullable(),
    startedAt: time,
    durationMs: z.int(),
  }),
);

const isoOrNull = (at: Instant | null) => (at === null ? null : iso(at));

export const presentPlan = (plan: Plan) => ({
  ...plan,
  steps: plan.steps.map((step) => ({ ...step, lasting: step.lasting === true })),
  allowed: isAllowed(plan),
});

export const presentStep = ({ name, subject, state: stepState, attempts, finding, startedAt, endedAt }: JobStep) => ({
  name,
  subject,
  state: stepState,
  attempts,
  finding,
  startedAt: isoOrNull(startedAt),
  endedAt: isoOrNull(endedAt),
});

export const presentJobHead = ({ id, kind: name, customerId, clusterId, arbiterId, options, ...job }: Job) => ({
  id,
  kind: name,
  customerId,
  clusterId,
  arbiterId,
  options,
  state: job.state,
  finding: job.finding,
  findings: job.plan.findings,
  quorum: job.plan.quorum,
  cancelRequested: job.cancelRequested,
  createdAt: iso(job.createdAt),
  startedAt: isoOrNull(job.startedAt),
  endedAt: isoOrNull(job.endedAt),
});

export const presentJob = (job: Job, steps: readonly JobStep[]) => ({
  ...presentJobHead(job),
  steps: steps.map(presentStep),
});

export const presentTranscriptEntry = ({ jobId: _, ...entry }: TranscriptEntry) => ({
  ...entry,
  startedAt: iso(entry.startedAt),
});
