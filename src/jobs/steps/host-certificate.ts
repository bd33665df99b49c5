import { Injectable } from '@nestjs/common';
import { IssueCertificate } from '../../certificates/issue-certificate.ts';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { planned, type Step, type StepWork } from '../step.ts';

/** Where a host's NSS database lives and what stands in it; the same three steps serve nodes and arbiters. */
export interface NssPlace {
  /** Built aside here, in the directory of the live one. */
  readonly stage: string;
  readonly live: string;
  readonly nickname: string;
  readonly commonName: string;
  /** `certutil -V -u`: C for a client, V for a server. */
  readonly usage: 'C' | 'V';
  readonly caTrust: string;
  /** The group that may read it; root where only root does. */
  readonly group: string;
}

interface Requested {
  /** PKCS#10, DER in base64. */
  readonly request: string;
}

export const requestKey = (subject: string, hostId: string, place: NssPlace) =>
  planned('request-key', subject, hostId, place);

/** Makes a key and a request on the host itself: no private key ever travels. */
@Injectable()
export class RequestKey implements Step<NssPlace, Requested> {
  readonly name = 'request-key';

  async do({ host, input }: StepWork<NssPlace, Requested>): Promise<Requested> {
    const printed = await host().change(SCRIPTS.requestKey, { args: [input.stage, input.commonName] });
    return { request: printed.trim() };
  }

  async undo({ host, input }: StepWork<NssPlace, Requested>): Promise<void> {
    await host().change(SCRIPTS.removeCertificates, { args: [input.stage, input.live] });
  }
}

interface IssueInput {
  readonly purpose: 'server' | 'client';
  readonly instanceId: string;
  readonly commonName: string;
}

interface Issued {
  readonly certificateId: string;
}

export const issueCertificate = (subject: string, hostId: string, input: IssueInput) =>
  planned('issue-certificate', subject, hostId, input);

/** Issues a certificate for the key that the host made. Its serial is on record before anything is signed. */
@Injectable()
export class IssueHostCertificate implements Step<IssueInput, Issued> {
  readonly name = 'issue-certificate';

  constructor(private readonly certificates: IssueCertificate) {}

  async do({ job, hostId, subject, input, outputOf }: StepWork<IssueInput, Issued>): Promise<Issued> {
    const { request } = outputOf('request-key', hostId) as Requested;
    const { id: jobId, customerId, clusterId, arbiterId } = job;
    const order = { ...input, jobId, customerId, clusterId, arbiterId, hostId, subject };
    return { certificateId: await this.certificates.issue(order, request) };
  }

  async undo({ job, hostId }: StepWork<IssueInput, Issued>): Promise<void> {
    await this.certificates.discard(job.id, hostId);
  }
}

export const installCertificate = (subject: string, hostId: string, place: NssPlace) =>
  planned('install-certificate', subject, hostId, place);

/** Completes the NSS database that was built aside, has NSS itself verify it, and swaps it in. */
@Injectable()
export class InstallCertificate implements Step<NssPlace, null> {
  readonly name = 'install-certificate';

  constructor(private readonly certificates: IssueCertificate) {}

  async do({ host, hostId, input, outputOf }: StepWork<NssPlace, null>): Promise<null> {
    const { certificateId } = outputOf('issue-certificate', hostId) as Issued;
    const { pem, sha256, caPem } = await this.certificates.issued(certificateId);
    const { stage, live, nickname, commonName, usage, caTrust, group } = input;
    await host().change(SCRIPTS.installCertificates, {
      args: [stage, live, nickname, commonName, usage, caTrust, group, sha256],
      payload: { PAYLOAD_CA: caPem, PAYLOAD_CERTIFICATE: pem },
    });
    return null;
  }

  /** What was there before comes back; the key itself goes with the request's undo, which does the same once more. */
  async undo({ host, input }: StepWork<NssPlace, null>): Promise<void> {
    await host().change(SCRIPTS.removeCertificates, { args: [input.stage, input.live] });
  }
}
