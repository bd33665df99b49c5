import { Injectable } from '@nestjs/common';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { planned, type Step, type StepWork } from '../step.ts';
import { VOTE_S } from './start-qdevice.ts';

type HoldInput = Readonly<Record<string, never>>;

export const holdQdevice = (subject: string, hostId: string) => planned<HoldInput>('hold-qdevice', subject, hostId, {});

/**
 * Stands before the change of corosync.conf that takes the device out, and answers for its being put back: qdevice can be
 * started only once its section is in the file again, and so after the undo of that change.
 */
@Injectable()
export class HoldQdevice implements Step<HoldInput, null> {
  readonly name = 'hold-qdevice';

  async do({ host }: StepWork<HoldInput, null>): Promise<null> {
    await host().change(SCRIPTS.holdQdevice);
    return null;
  }

  /** qdevice runs again, now and at each boot, and its vote is cast; where it never stopped, this only looks. */
  async undo({ host }: StepWork<HoldInput, null>): Promise<void> {
    await host().change(SCRIPTS.releaseQdevice);
    await host().change(SCRIPTS.startQdevice, {
      args: [String(VOTE_S)],
      timeoutMs: (VOTE_S + 15) * 1000,
    });
  }
}

interface StopInput {
  /** Node votes that must be online: with them quorum stands whatever the device does. */
  readonly votes: number;
}

export const stopQdevice = (subject: string, hostId: string, input: StopInput) =>
  planned('stop-qdevice', subject, hostId, input);

/** Stops the device on one node, now and at each boot, once corosync knows nothing of it any more. */
@Injectable()
export class StopQdevice implements Step<StopInput, null> {
  readonly name = 'stop-qdevice';

  touchesQuorum(direction: 'do' | 'undo'): boolean {
    return direction === 'do';
  }

  async do({ host, input }: StepWork<StopInput, null>): Promise<null> {
    await host().change(SCRIPTS.stopQdevice, { args: [String(input.votes)] });
    await host().change(SCRIPTS.releaseQdevice);
    return null;
  }

  /** See HoldQdevice. */
  undo(): Promise<void> {
    return Promise.resolve();
  }
}
