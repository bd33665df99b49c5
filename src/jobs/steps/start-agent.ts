import { Injectable } from '@nestjs/common';
import { AgentTokensStore } from '../../access/agent-tokens.store.ts';
import { error } from '../../core/finding.ts';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { Database } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import { planned, StepFailure, type Step, type StepWork } from '../step.ts';

type Input = Readonly<Record<string, never>>;

/** The first report goes out as the agent starts; one that finds no way asks again after 5 and after 15 seconds. */
const PATIENCE_S = 25;

export const startAgent = (subject: string, hostId: string) => planned<Input>('start-agent', subject, hostId, {});

/** Starts the agent of a node; done when a report of it was taken here, which also proves the way from the node to us. */
@Injectable()
export class StartAgent implements Step<Input, null> {
  readonly name = 'start-agent';

  constructor(
    private readonly database: Database,
    private readonly tokens: AgentTokensStore,
  ) {}

  async do({ host, hostId, subject }: StepWork<Input, null>): Promise<null> {
    await host().change(SCRIPTS.startAgent, { args: [String(PATIENCE_S)], timeoutMs: (PATIENCE_S + 15) * 1000 });
    const token = await this.tokens.ofNode(this.database.read, EVERYTHING, hostId ?? '');
    // Something answered the node that was not this service.
    if (!token || token.reportedAt === null) throw new StepFailure(elsewhere(subject));
    return null;
  }

  /** The agent goes with all that it is: see InstallAgent. */
  undo(): Promise<void> {
    return Promise.resolve();
  }
}

const elsewhere = (subject: string) =>
  error(
    'agent_heard_elsewhere',
    subject,
    `The report of ${subject} was taken by something that is not this service. Look where options.reportTo leads from there.`,
  );
