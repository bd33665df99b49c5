import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { error, warning } from '../../core/finding.ts';
import { DatabaseDirectory } from '../../core/qnetd/nss.ts';
import { readTrial, type Trial } from '../../core/qnetd/trial.ts';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { passedOn, planned, StepFailure, type PassedOn, type Step, type StepWork } from '../step.ts';

interface Input {
  readonly address: string;
  readonly port: number;
  readonly clusterName: string;
}

/** The script itself gives up after 10 s. */
const TRIAL_MS = 15_000;
/** qnetd is one process for all its clusters, and may be busy with another one for a moment. */
const TRIES = 3;
const PAUSE_MS = 500;

const tried = async ({ host, input, signal }: StepWork<Input, unknown>, isWanted: Trial['verdict']): Promise<Trial> => {
  const args = [DatabaseDirectory.qdevice, input.address, String(input.port), input.clusterName];
  for (let tries = 1; ; tries += 1) {
    const trial = readTrial(await host().wait(SCRIPTS.tryCertificate, args, TRIAL_MS));
    if (trial.verdict === isWanted || tries === TRIES) return trial;
    await wait(PAUSE_MS, undefined, { signal });
  }
};

export const proveAcceptance = (subject: string, hostId: string, input: Input) =>
  planned('prove-acceptance', subject, hostId, input);

/**
 * The control of the proof: shown now, the node's certificate is taken, so that it is the revocation which has it refused
 * afterwards. The handshake is made by the node, for its key never leaves it.
 */
@Injectable()
export class ProveAcceptance implements Step<Input, Trial> {
  readonly name = 'prove-acceptance';

  /** A certificate that is not taken now is no obstacle to its end. */
  async do(work: StepWork<Input, Trial>): Promise<Trial> {
    return tried(work, 'accepted');
  }

  /** Nothing was changed. */
  undo(): Promise<void> {
    return Promise.resolve();
  }
}

export const proveRefusal = (subject: string, hostId: string, input: Input) =>
  planned('prove-refusal', subject, hostId, input);

/** Proves that qnetd takes the node's certificate no more (invariant 27), by trying. */
@Injectable()
export class ProveRefusal implements Step<Input, Trial & PassedOn> {
  readonly name = 'prove-refusal';

  async do(work: StepWork<Input, Trial & PassedOn>): Promise<Trial & PassedOn> {
    const { subject, hostId, outputOf } = work;
    const trial = await tried(work, 'refused');
    if (trial.verdict === 'accepted') throw new StepFailure(stillAccepted(subject));
    const control = outputOf('prove-acceptance', hostId) as Trial | null;
    const isProof = trial.verdict === 'refused' && control?.verdict === 'accepted';
    return isProof ? trial : { ...trial, ...passedOn(notProven(subject, control, trial)) };
  }

  /** Nothing was changed. */
  undo(): Promise<void> {
    return Promise.resolve();
  }
}

const stillAccepted = (subject: string) =>
  error(
    'certificate_still_accepted',
    subject,
    `qnetd still takes the certificate of ${subject}, though it was told to refuse it. Does it read another NSS database than the one of this service?`,
  );

const wordsOf = (trial: Trial | null): string =>
  trial === null || trial.verdict === 'accepted' ? '' : trial.verdict === 'refused' ? trial.alert : trial.why;

const notProven = (subject: string, control: Trial | null, trial: Trial) =>
  warning(
    'refusal_not_proven',
    subject,
    `The certificate of ${subject} is refused by the arbiter’s database, but trying it proved nothing: before it was ${control?.verdict ?? 'not tried'}, afterwards ${trial.verdict}. ${wordsOf(trial) || wordsOf(control)}`.trim(),
    { before: control?.verdict ?? 'not tried', after: trial.verdict },
  );
