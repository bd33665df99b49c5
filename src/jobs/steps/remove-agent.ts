import { Injectable } from '@nestjs/common';
import { warning, type Finding } from '../../core/finding.ts';
import { HostRefusal } from '../../hosts/host-session.ts';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { SshFailure } from '../../platform/ssh/ssh-failure.ts';
import { passedOn, planned, type PassedOn, type Step, type StepWork } from '../step.ts';

type Input = Readonly<Record<string, never>>;

export const removeAgent = (subject: string, hostId: string) => ({
  ...planned<Input>('remove-agent', subject, hostId, {}),
  lasting: true,
});

/**
 * Takes the agent off a node. By then its token is revoked, so an agent that stays on a node which cannot be reached is only
 * a file too many: that is told as a warning, and another job takes it.
 */
@Injectable()
export class RemoveAgent implements Step<Input, PassedOn> {
  readonly name = 'remove-agent';

  async do({ host, subject }: StepWork<Input, PassedOn>): Promise<PassedOn> {
    try {
      await host().change(SCRIPTS.removeAgent);
      return {};
    } catch (thrown) {
      if (thrown instanceof HostRefusal || thrown instanceof SshFailure) return passedOn(left(subject, thrown.finding));
      throw thrown;
    }
  }

  /** A lasting step has none: the job does not turn back once it has begun. */
  undo(): Promise<void> {
    return Promise.reject(new Error('an agent that was removed does not come back'));
  }
}

const left = (subject: string, cause: Finding): Finding =>
  warning(
    'agent_left_behind',
    subject,
    `The agent is still on ${subject}, and its token is refused: ${cause.message} Mend that, then ask for another remove-agent job.`,
    { cause: cause.code },
  );
