import type { Client } from '../../e2e/client.ts';
import { percentiles, type Percentiles } from './percentiles.ts';

const PATHS = ['/v1/clusters?limit=50', '/v1/fleet/summary', '/v1/alerts'];
const EVERY_MS = 200;
const SCRAPE_EVERY_MS = 15_000;

/** What people and Prometheus ask meanwhile: five lists a second in turn, and a scrape each 15 s. */
export class Lists {
  private readonly took = new Map<string, number[]>();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly client: Client;
  private asked = 0;
  failures = 0;

  constructor(client: Client) {
    this.client = client;
  }

  begin(): void {
    this.timers.push(setInterval(() => void this.ask(PATHS[this.asked++ % PATHS.length] ?? ''), EVERY_MS));
    this.timers.push(setInterval(() => void this.scrape(), SCRAPE_EVERY_MS));
  }

  /** @returns milliseconds by path, and of all lists together */
  end(): Readonly<Record<string, Percentiles>> {
    this.timers.forEach(clearInterval);
    const { '/metrics': scrapes = [], ...lists } = Object.fromEntries(this.took);
    const all = percentiles(Object.values(lists).flat());
    const each = Object.entries(lists).map(([path, times]) => [path, percentiles(times)]);
    return { all, ...Object.fromEntries(each), '/metrics': percentiles(scrapes) };
  }

  private async ask(path: string): Promise<void> {
    await this.timed(path, () => this.client.get(path));
  }

  private async scrape(): Promise<void> {
    await this.timed('/metrics', async () => (await fetch(`${this.client.url}/metrics`)).text());
  }

  private async timed(path: string, work: () => Promise<unknown>): Promise<void> {
    const begun = performance.now();
    try {
      await work();
      this.took.set(path, [...(this.took.get(path) ?? []), performance.now() - begun]);
    } catch {
      this.failures += 1;
    }
  }
}
