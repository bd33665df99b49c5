import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SECOND_MS } from '../core/time.ts';
import type { Job } from '../jobs/job.entity.ts';
import { JobEnds } from '../jobs/job-ends.ts';
import { GaugeFamily, labelText } from '../platform/metrics/exposition.ts';
import { Metrics } from '../platform/metrics/metrics.ts';
import { WorkQueue } from '../platform/queue/queue.ts';

/** Seconds. A verification takes a few, an onboarding of many nodes minutes. */
const BUCKETS = [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

/** A queue that does not answer takes seconds to say so: a scrape does not wait for it. */
const PATIENCE_MS = 1_000;

/** Tells Prometheus of the work itself: how long jobs of this process took, and how full the queue is. */
@Injectable()
export class WorkMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly ends: JobEnds,
    private readonly queue: WorkQueue,
  ) {}

  onModuleInit(): void {
    const durations = this.metrics.histogram({
      name: 'umpire_job_duration_seconds',
      help: 'How long jobs took that ended in this process.',
      labelNames: ['kind', 'state'],
      buckets: BUCKETS,
    });
    this.ends.listen(({ kind, state, startedAt, endedAt }: Job) => {
      if (startedAt !== null && endedAt !== null) durations.observe({ kind, state }, (endedAt - startedAt) / SECOND_MS);
    });
    this.metrics.add(() => this.depth());
  }

  private async depth(): Promise<readonly string[]> {
    const up = new GaugeFamily('umpire_queue_up', '1 when the queue answers.');
    const depth = new GaugeFamily('umpire_queue_depth', 'Ids in the queue, by the work that is to be done.');
    const counts = await this.counts();
    up.set('', counts === null ? 0 : 1);
    for (const { name, ...states } of counts ?? [])
      for (const [state, ids] of Object.entries(states)) depth.set(labelText({ work: name, state }), ids);
    return [up.text(), depth.text()];
  }

  private async counts() {
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => late.resolve(null), PATIENCE_MS);
    try {
      const counts = await Promise.race([this.queue.counts(), late.promise]);
      return counts?.ok ? counts.value : null;
    } finally {
      clearTimeout(timer);
    }
  }
}
