import { Inventory } from '../e2e/inventory.ts';
import type { Lab } from '../lab/lab.ts';
import { DataDirectory } from './data-directory.ts';
import { FaultyService } from './faulty.ts';

/** A service's data from which every cell begins: everything is registered, and nothing onboarded. */
export interface Base extends AsyncDisposable {
  readonly data: DataDirectory;
  readonly arbiterId: string;
  readonly clusterIds: ReadonlyMap<string, string>;
}

/**
 * Registers the lab's arbiter and all of its clusters, with a login that needs sudo.
 * @param prepared whether the arbiter is to be prepared as well
 */
export const makeBase = async (lab: Lab, { prepared }: { prepared: boolean }): Promise<Base> => {
  const data = await DataDirectory.make();
  const { process } = await FaultyService.start(data.path, {});
  const inventory = await Inventory.begin(process.client, lab, { user: 'umpire' });
  if (prepared) {
    const job = await inventory.prepareArbiter();
    if (job.state !== 'done') throw new Error(`the arbiter was not prepared: ${job.finding?.message ?? job.state}`);
  }
  const clusterIds = new Map<string, string>();
  for (const { name } of lab.clusters) clusterIds.set(name, await inventory.register(name));
  await process.stop();
  return {
    ...{ data, arbiterId: inventory.arbiterId, clusterIds },
    [Symbol.asyncDispose]: () => data[Symbol.asyncDispose](),
  };
};
