import { Injectable } from '@nestjs/common';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { planned, type Step, type StepWork } from '../step.ts';

interface Input {
  /** What the unit was before, for an undo. */
  readonly wasEnabled: boolean;
  readonly wasActive: boolean;
}

/** `req` refuses whoever does not use TLS; the daemon's default serves plaintext clients under any name. */
const OPTIONS = '-s req';
const yes = (value: boolean): string => (value ? 'yes' : 'no');

export const startQnetd = (subject: string, hostId: string, input: Input) =>
  planned('start-qnetd', subject, hostId, input);

/** Has qnetd demand TLS and runs it unprivileged, now and at each boot. */
@Injectable()
export class StartQnetd implements Step<Input, null> {
  readonly name = 'start-qnetd';

  async do({ host }: StepWork<Input, null>): Promise<null> {
    await host().change(SCRIPTS.startQnetd, { args: [OPTIONS] });
    return null;
  }

  async undo({ host, input }: StepWork<Input, null>): Promise<void> {
    await host().change(SCRIPTS.stopQnetd, { args: [yes(input.wasEnabled), yes(input.wasActive)] });
  }
}
