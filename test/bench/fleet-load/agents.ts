import { Agent, request } from 'node:http';
import { nodeTools } from '../readings/fleet.ts';
import { percentiles } from './percentiles.ts';
import type { AgentSeed, Generated } from './messages.ts';
import { conditionNow, secondOfDay } from './world.ts';

/** Each node reports so often. */
const EVERY_MS = 60_000;
const TICK_MS = 25;
const CONNECTIONS = 128;
/** Coprime to every count of nodes that ends in zeros: neighbours do not report one after the other. */
const STRIDE = 7_919;

/** The agents of all nodes, each reporting once a minute at a moment of its own, over connections that stay open. */
export class SimulatedAgents {
  private readonly url: URL;
  private readonly agents: readonly AgentSeed[];
  private readonly http = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  private readonly acknowledged = new Map<string, number>();
  private readonly failures: Record<string, number> = {};
  private readonly counts = { sent: 0, acknowledged: 0 };
  private latencies: number[] = [];
  private begunAt = 0;
  private timer: NodeJS.Timeout | null = null;
  private underWay = 0;

  constructor(url: string, agents: readonly AgentSeed[]) {
    this.url = new URL(url);
    this.agents = agents;
  }

  begin(): void {
    this.begunAt = performance.now();
    this.timer = setInterval(() => this.sendDue(), TICK_MS);
  }

  measure(): void {
    this.latencies = [];
  }

  /** Sends no more, and waits for every answer. */
  async end(): Promise<Omit<Generated, 'looks' | 'cpuMs'>> {
    if (this.timer) clearInterval(this.timer);
    while (this.underWay > 0) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    this.http.destroy();
    return {
      ...this.counts,
      failures: this.failures,
      sequences: Object.fromEntries(this.acknowledged),
      pushMs: percentiles(this.latencies),
      measured: this.latencies.length,
    };
  }

  private sendDue(): void {
    const now = performance.now() - this.begunAt;
    const { length } = this.agents;
    for (let dueAt = this.dueAt(); dueAt <= now; dueAt = this.dueAt()) {
      const agent = this.agents[(this.counts.sent * STRIDE) % length];
      if (agent) this.send(agent, Math.floor(this.counts.sent / length) + 1, this.begunAt + dueAt);
    }
  }

  /** When the next report is due, in milliseconds since the beginning. */
  private dueAt(): number {
    return (this.counts.sent * EVERY_MS) / this.agents.length;
  }

  private send({ cluster, node, nodeId, clusterId, token }: AgentSeed, sequence: number, dueAt: number): void {
    this.counts.sent += 1;
    this.underWay += 1;
    const tools = nodeTools(cluster, node, conditionNow(cluster), secondOfDay());
    const body = JSON.stringify({ sequence, sentAt: new Date().toISOString(), tools });
    const sending = request(
      {
        ...{ agent: this.http, host: this.url.hostname, port: this.url.port, method: 'POST' },
        path: `/v1/clusters/${clusterId}/readings`,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume().on('end', () => {
          this.underWay -= 1;
          this.latencies.push(performance.now() - dueAt);
          if (response.statusCode !== 204) return this.fail(`status ${response.statusCode}`);
          this.counts.acknowledged += 1;
          this.acknowledged.set(nodeId, sequence);
        });
      },
    );
    sending.on('error', (thrown: NodeJS.ErrnoException) => {
      this.underWay -= 1;
      this.fail(thrown.code ?? thrown.message);
    });
    sending.end(body);
  }

  private fail(why: string): void {
    this.failures[why] = (this.failures[why] ?? 0) + 1;
  }
}
