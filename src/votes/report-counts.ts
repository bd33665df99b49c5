import { Injectable } from '@nestjs/common';
import { Metrics } from '../platform/metrics/metrics.ts';

/** What became of the reports of agents. */
@Injectable()
export class ReportCounts {
  private readonly count: (outcome: 'taken' | 'replayed', by: number) => void;

  constructor(metrics: Metrics) {
    const counter = metrics.counter({
      name: 'umpire_reports_total',
      help: 'Reports of agents on nodes; replayed: sent before, or overtaken by a later one, and so without effect.',
      labelNames: ['outcome'],
    });
    this.count = (outcome, by) => counter.inc({ outcome }, by);
    this.count('taken', 0);
    this.count('replayed', 0);
  }

  taken(): void {
    this.count('taken', 1);
  }

  replayed(): void {
    this.count('replayed', 1);
  }
}
