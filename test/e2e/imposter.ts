import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { preinitMessage, startTlsMessage } from '../../src/core/qnetd/probe.ts';
import { command } from '../lab/command.ts';
import type { LabHost } from '../lab/host.ts';
import { initMessage } from '../fixtures/tools/plain-client.ts';

const QNETD_PORT = 5403;
const DATABASE = '/etc/corosync/qdevice/net/nssdb';

/** A certificate with its key, as PEM. */
interface Stolen {
  readonly cert: string;
  readonly key: string;
}

/** Carries a node's certificate and key away, as somebody would who has been root there. */
const steal = async (node: LabHost): Promise<Stolen> => {
  const p12 = '/root/stolen.p12';
  await node.run(['pk12util', '-o', p12, '-d', `sql:${DATABASE}`, '-n', 'Cluster Cert', '-W', 'stolen', '-K', '']);
  const { stdout } = await node.run(['base64', '-w0', p12]);
  await node.run(['rm', p12]);
  const input = Buffer.from(stdout, 'base64');
  const pem = await command(['openssl', 'pkcs12', '-nodes', '-clcerts', '-passin', 'pass:stolen'], { input });
  return { cert: pem.stdout, key: pem.stdout };
};

/** Somebody who speaks to qnetd from an address that is no node's, until `leave`. */
export class Imposter {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
  }

  /** Connects over TLS with the certificate of a node, and says that it is the node of this id. */
  static async withCertificateOf(
    node: LabHost,
    clusterName: string,
    nodeId: number,
    arbiter: LabHost,
  ): Promise<Imposter> {
    const stolen = await steal(node);
    const plain = await greeted(arbiter, clusterName);
    plain.write(startTlsMessage(2));
    const secure = connectTls({ socket: plain, ...stolen, rejectUnauthorized: false });
    await once(secure, 'secureConnect');
    secure.write(initMessage(nodeId));
    return new Imposter(secure);
  }

  /** Connects in plain text, without any certificate. */
  static async withoutTls(clusterName: string, nodeId: number, arbiter: LabHost): Promise<Imposter> {
    const plain = await greeted(arbiter, clusterName);
    plain.write(initMessage(nodeId));
    return new Imposter(plain);
  }

  async leave(): Promise<void> {
    this.#socket.destroy();
    // qnetd hears of it by the kernel's word, at once but for a moment.
    await wait(100);
  }
}

/** A connection on which PREINIT was answered. */
const greeted = async (arbiter: LabHost, clusterName: string): Promise<Socket> => {
  const socket = connect(QNETD_PORT, arbiter.address);
  await once(socket, 'connect');
  socket.write(preinitMessage(1, clusterName));
  await once(socket, 'data');
  return socket;
};
