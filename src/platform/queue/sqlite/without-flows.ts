import { EventEmitter } from 'node:events';
import { UnsupportedQueueFeature } from './refusals.ts';

const refuse = (feature: string): Promise<never> => Promise.reject(new UnsupportedQueueFeature(feature));

const FLOWS = 'flows (jobs with parents and children)';

/** The part of BullMQ's `IQueueBackend` that this backend refuses: flows, and metrics kept in the queue itself. */
export abstract class WithoutFlows extends EventEmitter {
  addFlow(): Promise<never> {
    return refuse(FLOWS);
  }

  moveToWaitingChildren(): Promise<never> {
    return refuse(FLOWS);
  }

  removeUnprocessedChildren(): Promise<never> {
    return refuse(FLOWS);
  }

  removeChildDependency(): Promise<never> {
    return refuse(FLOWS);
  }

  getDependencyCounts(): Promise<never> {
    return refuse(FLOWS);
  }

  getDependencies(): Promise<never> {
    return refuse(FLOWS);
  }

  getProcessedChildrenValues(): Promise<never> {
    return refuse(FLOWS);
  }

  getIgnoredChildrenFailures(): Promise<never> {
    return refuse(FLOWS);
  }

  paginate(): Promise<never> {
    return refuse(FLOWS);
  }

  getMetrics(): Promise<never> {
    return refuse('metrics per minute (`metrics` of a worker)');
  }
}
