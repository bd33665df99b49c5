import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Generated, GeneratorOrder, GeneratorReport, HostsPlace } from './messages.ts';

/** The fleet's own process, as the benchmark sees it. */
export class GeneratorProcess {
  private readonly child: ChildProcess;

  constructor(clusters: number) {
    this.child = fork(new URL('./generator.ts', import.meta.url).pathname, [String(clusters)]);
  }

  async hosts(): Promise<HostsPlace> {
    return this.next('hosts');
  }

  begin(url: string, agentsFile: string): void {
    this.tell({ kind: 'begin', url, agentsFile });
  }

  async measure(): Promise<void> {
    this.tell({ kind: 'measure' });
    await this.next('measuring');
  }

  end(): Promise<Generated> {
    this.tell({ kind: 'end' });
    return this.next('ended');
  }

  kill(): void {
    this.child.kill();
  }

  private tell(order: GeneratorOrder): void {
    this.child.send(order);
  }

  private async next<K extends GeneratorReport['kind']>(kind: K): Promise<Extract<GeneratorReport, { kind: K }>> {
    const [told] = (await once(this.child, 'message')) as [GeneratorReport];
    if (told.kind !== kind) throw new Error(`the generator told ${told.kind} instead of ${kind}`);
    return told as Extract<GeneratorReport, { kind: K }>;
  }
}
