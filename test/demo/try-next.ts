export interface Surroundings {
  readonly lab: string;
  readonly url: string;
  readonly token: string;
  readonly logFile: string;
  /** A two-node cluster's name, and its id. */
  readonly cluster: { readonly name: string; readonly id: string };
}

/** What a person who looks at the demo may want to do next, each as a line to be copied into another terminal. */
export const tryNext = ({ lab, url, token, logFile, cluster: { name, id } }: Surroundings): string => {
  const inLab = `UMPIRE_LAB=${lab} npm run lab --`;
  return [
    `The API, to browse:        ${url}/docs`,
    `The admin token:           ${token}`,
    `The service's log:         ${logFile}`,
    '',
    'To try in another terminal, in this directory; the table comes again when a vote changes:',
    `  a node's power cut:      ${inLab} poweroff ${name}-1`,
    `  and back:                ${inLab} poweron ${name}-1`,
    `  the arbiter cut off:     ${inLab} cut arbiter`,
    `  and back:                ${inLab} heal arbiter`,
    `  as the node itself sees: ${inLab} exec ${name}-2 -- corosync-quorumtool -s`,
    `  all hosts:               ${inLab} list`,
    `  the vote of ${`${name}:`.padEnd(13)}curl -s -H 'Authorization: Bearer ${token}' ${url}/v1/clusters/${id}/vote`,
    '',
    'Ctrl-C ends the demo and leaves nothing behind.',
  ].join('\n');
};
