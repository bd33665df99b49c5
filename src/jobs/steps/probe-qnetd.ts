import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { IssueCertificate } from '../../certificates/issue-certificate.ts';
import { error, type Finding } from '../../core/finding.ts';
import type { HostAddress } from '../../core/names.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import { probeQnetd, type QnetdProbe } from '../../platform/probe/qnetd-probe.ts';
import { planned, StepFailure, type Step, type StepWork } from '../step.ts';

interface Input {
  readonly address: string;
  readonly port: number;
}

interface Issued {
  readonly certificateId: string;
}

/** A restarted qnetd listens within a second; the tries cover a slow host. */
const TRIES = 10;
const PAUSE_MS = 500;

export const proveQnetd = (subject: string, hostId: string, input: Input) =>
  planned('probe-qnetd', subject, hostId, input);

/** Proves from outside that qnetd demands TLS and shows the very certificate that was issued for it. */
@Injectable()
export class ProbeQnetd implements Step<Input, null> {
  readonly name = 'probe-qnetd';

  constructor(private readonly certificates: IssueCertificate) {}

  async do({ hostId, subject, input, outputOf, signal }: StepWork<Input, null>): Promise<null> {
    const { certificateId } = outputOf('issue-certificate', hostId) as Issued;
    const expected = await this.certificates.issued(certificateId);
    for (let tries = 1; ; tries += 1) {
      const probed = await probeQnetd({ host: input.address as HostAddress, port: input.port });
      const finding = probed.ok ? differenceOf(probed.value, expected.sha256, subject) : (probed.findings[0] ?? null);
      if (finding === null) return null;
      if (tries === TRIES) throw new StepFailure(finding);
      await wait(PAUSE_MS, undefined, { signal });
    }
  }

  /** Nothing was changed. */
  undo(): Promise<void> {
    return Promise.resolve();
  }
}

const differenceOf = (seen: QnetdProbe, expected: string, subject: string): Finding | null => {
  if (seen.tls !== 'required')
    return error('arbiter_tls_not_required', subject, 'qnetd answers, but does not demand TLS.', { tls: seen.tls });
  if (!seen.clientCertificateRequired)
    return error('arbiter_asks_no_certificate', subject, 'qnetd answers, but asks its clients for no certificate.');
  if (seen.certificate === null || sha256(seen.certificate) !== expected) {
    return error(
      'arbiter_certificate_differs',
      subject,
      'qnetd shows another certificate than the one that was installed. Does something else listen on its port?',
    );
  }
  return null;
};
