import { readFileSync } from 'node:fs';
import { SimulatedAgents } from './agents.ts';
import { SimulatedHosts } from './hosts.ts';
import type { AgentSeed, GeneratorOrder, GeneratorReport } from './messages.ts';

/* The fleet, in a process of its own: its hosts behind SSH, and the agents that report. `node generator.ts CLUSTERS`, obeying over the channel. */
const hosts = new SimulatedHosts(Number(process.argv[2]));
let agents: SimulatedAgents | null = null;
let usedBefore = process.cpuUsage();

const say = (report: GeneratorReport): void => void process.send?.(report);

const obey = async (order: GeneratorOrder): Promise<void> => {
  if (order.kind === 'begin') {
    agents = new SimulatedAgents(order.url, JSON.parse(readFileSync(order.agentsFile, 'utf8')) as AgentSeed[]);
    agents.begin();
  } else if (order.kind === 'measure') {
    agents?.measure();
    usedBefore = process.cpuUsage();
    say({ kind: 'measuring' });
  } else if (agents) {
    const { user, system } = process.cpuUsage(usedBefore);
    say({ kind: 'ended', ...(await agents.end()), looks: hosts.looks, cpuMs: Math.round((user + system) / 1000) });
    process.disconnect();
    process.exit(0);
  }
};

process.on('message', (order: GeneratorOrder) => void obey(order));
process.on('disconnect', () => process.exit(0));
say({ kind: 'hosts', ...(await hosts.listen()) });
