import { error, fail, succeed, type Result } from '../finding.ts';
import type { ClusterName } from '../names.ts';

/** A certificate's whole subject: one CN. Its only makers are below; none of them reads a certificate request. */
export type CommonName = string & { readonly __brand: 'CommonName' };

/**
 * The subject of qnetd's own certificate. corosync-qdevice expects exactly this name, whatever the host is called
 * (`qnet-config.h`: QDEVICE_NET_DEFAULT_NSS_QNETD_CN).
 */
export const SERVER_COMMON_NAME = 'Qnetd Server' as CommonName;

/** The subject of a node's certificate: qnetd compares it to the cluster name (`qnetd-client-msg-received.c`: check_tls). */
export const clientCommonName = (name: ClusterName): CommonName => name as string as CommonName;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-(?<node>[0-9a-f]{12})$/;

/**
 * The subject of a qnetd instance's CA. Each generation has its own, because NSS keeps certificates of one subject
 * under one nickname, and because two CAs must be told apart while they overlap.
 * @param instanceId the instance's UUID; its last group stands in the name, as the first group of a UUIDv7 is a time
 * @param generation 1 for the first CA of the instance, then counted up
 */
export const caCommonName = (instanceId: string, generation: number): Result<CommonName> => {
  const shortId = UUID.exec(instanceId)?.groups?.['node'];
  return shortId !== undefined && Number.isSafeInteger(generation) && generation >= 1 && generation <= 9_999
    ? succeed(`Umpire QNet CA ${shortId} G${generation}` as CommonName)
    : fail(
        error('invalid_ca_name', 'certificateAuthority', 'A CA is named by an instance UUID and a generation from 1.', {
          generation,
        }),
      );
};
