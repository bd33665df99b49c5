import { Injectable } from '@nestjs/common';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { planned, type Step, type StepWork } from '../step.ts';

interface Input {
  readonly packages: readonly string[];
  /** A file on the host that remembers, until the job is over, what was installed before. */
  readonly record: string;
}

interface Output {
  /** Every package that came, the ones that others depend on included. */
  readonly brought: readonly string[];
}

/** apt-get may have to fetch from slow mirrors. */
const INSTALL_MS = 300_000;

export const installPackages = (subject: string, hostId: string, input: Input) =>
  planned('install-packages', subject, hostId, input);

/** Installs what is missing from Debian's own packages; undone, only what came with it goes. */
@Injectable()
export class InstallPackages implements Step<Input, Output> {
  readonly name = 'install-packages';

  async do({ host, input }: StepWork<Input, Output>): Promise<Output> {
    const printed = await host().change(SCRIPTS.installPackages, {
      args: [input.record, ...input.packages],
      timeoutMs: INSTALL_MS,
    });
    return { brought: printed.split('\n').filter((name) => name !== '') };
  }

  async undo({ host, input }: StepWork<Input, Output>): Promise<void> {
    await host().change(SCRIPTS.removePackages, { args: [input.record], timeoutMs: INSTALL_MS });
  }
}

export const forgetPackages = (subject: string, hostId: string, input: Pick<Input, 'record'>) =>
  planned('forget-packages', subject, hostId, input);

/** Drops the host's memory of what was installed before, which only an undo needed. The database keeps the list. */
@Injectable()
export class ForgetPackages implements Step<Pick<Input, 'record'>, null> {
  readonly name = 'forget-packages';

  async do({ host, input }: StepWork<Pick<Input, 'record'>, null>): Promise<null> {
    await host().change(SCRIPTS.forgetPackages, { args: [input.record] });
    return null;
  }

  /** This step is the last that could fail: nothing after it needs the record back. */
  undo(): Promise<void> {
    return Promise.resolve();
  }
}
