import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Service } from '../e2e/service.ts';
import { until } from '../lab/waiting.ts';
import type { Order, Report } from './orders.ts';

const MAIN = new URL('./faulty-service.ts', import.meta.url).pathname;
/** What V8 made of the service's modules is kept between its many starts, which cost most of a cell's time otherwise. */
const COMPILED = join(tmpdir(), 'umpire-faults-compiled');

/** The service under test from outside: it obeys orders (orders.ts) and says when it stands where it was to stop. */
export class FaultyService {
  readonly process: Service;
  readonly #heard: Heard;
  #number = 0;

  private constructor(process: Service, heard: Heard) {
    this.process = process;
    this.#heard = heard;
  }

  static async start(dataDirectory: string, env: Readonly<Record<string, string>>): Promise<FaultyService> {
    const heard: Heard = { reached: 0, obeyed: new Set() };
    const listener = (told: unknown): void => hear(heard, told as Report);
    return new FaultyService(
      await Service.start({ main: MAIN, dataDirectory, env: { NODE_COMPILE_CACHE: COMPILED, ...env }, listener }),
      heard,
    );
  }

  /** Gives an order and waits until it is obeyed. @throws Error after ten seconds */
  async order(order: Order): Promise<void> {
    const number = (this.#number += 1);
    this.process.tell({ ...order, number });
    await until(`the service obeys "${order.kind}"`, () => this.#heard.obeyed.has(number), {
      everyMs: 5,
      withinMs: 10_000,
    });
  }

  /** Lets it go on, if it is able to hear that: a service that is paused hears it when it wakes up. */
  goOn(): void {
    this.process.tell({ kind: 'go-on', number: (this.#number += 1) });
  }

  /** How often it stood where it was to stop. */
  get timesReached(): number {
    return this.#heard.reached;
  }
}

interface Heard {
  reached: number;
  readonly obeyed: Set<number>;
}

const hear = (heard: Heard, told: Report): void => {
  if (told.kind === 'reached') heard.reached += 1;
  else heard.obeyed.add(told.number);
};
