import { tunnel } from './tunnel.ts';

/*
 * The end of the tunnel that lies in the lab's network: `node tunnel-end.ts SOCKET HOST PORT` carries what comes in by the
 * unix socket to that address. Ends with its standard input.
 */
const [path = '', host = '', port = ''] = process.argv.slice(2);
await tunnel({ path }, { host, port: Number(port) });
process.stdout.write('open\n');
process.stdin.resume().on('end', () => process.exit(0));
