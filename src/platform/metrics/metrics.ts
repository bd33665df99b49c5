import { Injectable } from '@nestjs/common';
import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
} from 'prom-client';

/** Reads figures, in Prometheus' text format; must not reject. */
export type Source = () => Promise<readonly string[]>;

/** The figures of this process in Prometheus' text format; each room makes its own by the methods below. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly sources: Source[] = [];
  private reading: Promise<string> | null = null;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  counter<Label extends string>(options: CounterConfiguration<Label>): Counter<Label> {
    return new Counter({ ...options, registers: [this.registry] });
  }

  /** With `collect`, the figure is read when somebody asks for it. */
  gauge<Label extends string>(options: GaugeConfiguration<Label>): Gauge<Label> {
    return new Gauge({ ...options, registers: [this.registry] });
  }

  histogram<Label extends string>(options: HistogramConfiguration<Label>): Histogram<Label> {
    return new Histogram({ ...options, registers: [this.registry] });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Adds figures that are read from somewhere else with each scrape: too many to be kept here one by one. */
  add(source: Source): void {
    this.sources.push(source);
  }

  /** Everything, as a scrape reads it. Scrapes at the same time read it once. */
  text(): Promise<string> {
    this.reading ??= this.readAll().finally(() => (this.reading = null));
    return this.reading;
  }

  private async readAll(): Promise<string> {
    const own = await this.registry.metrics();
    const added = await Promise.all(this.sources.map((source) => source()));
    return [own, ...added.flat()].join('');
  }
}
