import { Injectable } from '@nestjs/common';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { planned, type Step, type StepWork } from '../step.ts';

interface Input {
  /** Node votes that must be online: with them quorum stands whatever the device does. */
  readonly votes: number;
}

/** A first connection takes under a second; a lost first try is repeated after at most 8 s (measured). */
const VOTE_S = 40;

export const startQdevice = (subject: string, hostId: string, input: Input) =>
  planned('start-qdevice', subject, hostId, input);

/** Starts the device on one node, now and at each boot, and is done when it was seen to cast its vote twice in a row. */
@Injectable()
export class StartQdevice implements Step<Input, null> {
  readonly name = 'start-qdevice';

  async do({ host }: StepWork<Input, null>): Promise<null> {
    await host().change(SCRIPTS.startQdevice, {
      args: [String(VOTE_S)],
      timeoutMs: (VOTE_S + 15) * 1000,
    });
    return null;
  }

  async undo({ host, input }: StepWork<Input, null>): Promise<void> {
    await host().change(SCRIPTS.stopQdevice, { args: [String(input.votes)] });
  }
}
