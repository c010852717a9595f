// The reference client of graphql-transport-ws watches a list, and raw sockets find out how the server closes.
import { readFileSync } from 'node:fs';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { graphql, ids } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const url = `${graphql.replace('http', 'ws')}/ws`;
const WATCH = `subscription($mandate: ID!) { matches(mandateId: $mandate, first: 3, initial: true) {
  kind newRank match { project { title { value } } } } }`;

const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
const events = [];
const watching = client.iterate({ query: WATCH, variables: { mandate: ids.mandate } });
for await (const { data, errors } of watching) {
  if (errors) throw new Error(JSON.stringify(errors));
  events.push(data.matches);
  if (events.length === 3) break;
}
if (events.some((event, place) => event.kind !== 'NEW' || event.newRank !== place + 1)) throw new Error(JSON.stringify(events));
const asked = await client.iterate({ query: '{ __typename }' }).next();
if (asked.value.data.__typename !== 'Query') throw new Error(JSON.stringify(asked));
await client.dispose();

// Sends frames and answers the code of the close; null where the socket stays open.
const closed = (frames, { protocol = 'graphql-transport-ws', wait = 1500 } = {}) => new Promise((resolve) => {
  const socket = new WebSocket(url, protocol);
  const timer = setTimeout(() => { socket.terminate(); resolve(null); }, wait);
  const end = (code) => { clearTimeout(timer); resolve(code); };
  socket.on('open', () => frames.forEach((frame) => socket.send(frame)));
  socket.on('close', end);
  socket.on('error', () => end('refused'));
});
const init = JSON.stringify({ type: 'connection_init' });
const stream = (id) => JSON.stringify({ id, type: 'subscribe', payload: { query: WATCH, variables: { mandate: ids.mandate } } });
for (const [name, frames, code, options] of [
  ['nothing wrong', [init, stream('1'), stream('2'), JSON.stringify({ type: 'ping' })], null],
  ['an operation before the init', [stream('1')], 4401],
  ['two inits', [init, init], 4429],
  ['an id that is in use', [init, stream('1'), stream('1')], 4409],
  ['no JSON', ['nonsense'], 4400],
  ['a binary frame', [init, Buffer.from(stream('1'))], 4400],
  ['a type of the server', [init, JSON.stringify({ type: 'next', id: '1', payload: {} })], 4400],
  ['no init', [], 4408, { wait: 12_000 }],
  ['another subprotocol', [], 'refused', { protocol: 'graphql-ws' }],
]) {
  const found = await closed(frames, options);
  if (found !== code) throw new Error(`${name}: closed with ${found} and not ${code}`);
}
console.log('graphql-ws and raw sockets: ok');
