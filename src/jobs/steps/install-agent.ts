import { Injectable } from '@nestjs/common';
import { AgentTokensStore } from '../../access/agent-tokens.store.ts';
import { GrantAgentToken } from '../../access/grant-agent-token.ts';
import { RevokeAgentTokens } from '../../access/revoke-agent-tokens.ts';
import { mintToken } from '../../access/token-text.ts';
import { theJob } from '../../core/audit/actor.ts';
import { AGENT, SCRIPTS } from '../../hosts/scripts.ts';
import { Database } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import { planned, type Step, type StepWork } from '../step.ts';

interface Input {
  readonly clusterId: string;
  readonly customerId: string;
  /** The route that the agent reports to. */
  readonly url: string;
}

interface Output {
  readonly tokenId: string;
}

export const installAgent = (subject: string, hostId: string, input: Input) =>
  planned('install-agent', subject, hostId, input);

/**
 * Puts the agent on a node with a token of its own. The token is made here and now, goes to the node with the script, and is
 * kept as its hash; run again, the step makes another one, and the first counts no more. It counts only once it lies on the
 * node: a runner that lost its lease is refused there, and so grants nothing.
 */
@Injectable()
export class InstallAgent implements Step<Input, Output> {
  readonly name = 'install-agent';

  constructor(
    private readonly database: Database,
    private readonly tokens: AgentTokensStore,
    private readonly grant: GrantAgentToken,
    private readonly revoke: RevokeAgentTokens,
  ) {}

  async do({ job, host, hostId, input }: StepWork<Input, Output>): Promise<Output> {
    const nodeId = hostId ?? '';
    const before = await this.tokens.ofNode(this.database.read, EVERYTHING, nodeId);
    const minted = mintToken();
    await host().change(SCRIPTS.installAgent, {
      args: [input.url],
      payload: { PAYLOAD_AGENT: AGENT.text, PAYLOAD_TOKEN: minted.text },
    });
    const { clusterId, customerId } = input;
    await this.grant.run(theJob(job.id), { nodeId, clusterId, customerId }, minted, before);
    return { tokenId: minted.id };
  }

  /** Its access ends first: what comes after may fail. */
  async undo({ job, host, hostId }: StepWork<Input, Output>): Promise<void> {
    await this.database.write((tx) => this.revoke.ofNode(tx, theJob(job.id), hostId ?? ''));
    await host().change(SCRIPTS.removeAgent);
  }
}
