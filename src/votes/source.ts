import type { Instant } from '../core/time.ts';
import type { RawReading } from './raw-reading.ts';

/** Whose word it is: an instance's, a node's when we went there, or what a node reports by itself. */
export type Source = InstanceSource | NodeSource;

export interface InstanceSource {
  readonly kind: 'arbiter';
  readonly instanceId: string;
  readonly arbiterId: string;
}

export interface NodeSource {
  readonly kind: 'node' | 'push';
  readonly nodeId: string;
  readonly clusterId: string;
  readonly customerId: string;
  /** Under which the node is registered. */
  readonly address: string;
}

/** A look or a report as it came in. */
export interface NewReading {
  readonly source: Source;
  /** When it arrived, by the service's own clock. */
  readonly at: Instant;
  readonly raw: RawReading;
}

/** One text for each source. */
export const keyOf = (source: Source): string =>
  source.kind === 'arbiter' ? `arbiter ${source.instanceId}` : `${source.kind} ${source.nodeId}`;
