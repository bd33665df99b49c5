import { Injectable } from '@nestjs/common';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { planned, type Step, type StepWork } from '../step.ts';

interface Input {
  /** Where the database waits until it is deleted or put back. */
  readonly aside: string;
}

export const setAsideDatabase = (subject: string, hostId: string, input: Input) =>
  planned('set-aside-database', subject, hostId, input);

/** Puts the NSS database with the node's key out of qdevice's way. It is deleted only when nothing can fail any more. */
@Injectable()
export class SetAsideDatabase implements Step<Input, null> {
  readonly name = 'set-aside-database';

  async do({ host, input }: StepWork<Input, null>): Promise<null> {
    await host().change(SCRIPTS.setAsideDatabase, { args: [input.aside] });
    return null;
  }

  async undo({ host, input }: StepWork<Input, null>): Promise<void> {
    await host().change(SCRIPTS.putBackDatabase, { args: [input.aside] });
  }
}
