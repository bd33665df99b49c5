import { Injectable } from '@nestjs/common';
import { IssueCertificate } from '../../certificates/issue-certificate.ts';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { planned, type Step, type StepWork } from '../step.ts';

interface Input {
  readonly certificates: readonly { readonly id: string; readonly serial: string }[];
}

/** Certificates of one cluster have one subject, and NSS tells them apart by their nicknames only. */
const nicknameOf = ({ serial }: Input['certificates'][number]): string => `umpire-revoked-${serial}`;

export const distrustCertificates = (subject: string, hostId: string, input: Input) =>
  planned('distrust-certificates', subject, hostId, input);

/** Has qnetd refuse certificates from its next handshake on; the other clusters that it serves do not notice. */
@Injectable()
export class DistrustCertificates implements Step<Input, null> {
  readonly name = 'distrust-certificates';

  constructor(private readonly certificates: IssueCertificate) {}

  async do({ host, input }: StepWork<Input, null>): Promise<null> {
    for (const certificate of input.certificates) {
      const { pem } = await this.certificates.issued(certificate.id);
      await host().change(SCRIPTS.distrustCertificate, {
        args: [nicknameOf(certificate)],
        payload: { PAYLOAD_CERTIFICATE: pem },
      });
    }
    return null;
  }

  async undo({ host, input }: StepWork<Input, null>): Promise<void> {
    for (const certificate of input.certificates)
      await host().change(SCRIPTS.trustCertificate, { args: [nicknameOf(certificate)] });
  }
}
