// SPDX-License-Identifier: GPL-3.0-or-later
// The hub of the fan-out benchmark with npm ws, as its README broadcasts. Commands come on stdin, see fanout_load.cpp.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const { WebSocketServer, WebSocket } = createRequire(new URL('../../web/', import.meta.url))('ws');

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/ws', backlog: 4096, perMessageDeflate: false });
server.on('listening', () => console.log(`port ${server.address().port}`));
server.on('connection', (client) => client.on('error', () => {}));

function broadcast(size) {
    const begin = `{"type":"block.mined","channel":"blocks","sentNs":${process.hrtime.bigint()},"data":"`;
    const message = Buffer.from(begin.padEnd(size - 2, 'x') + '"}');
    for (const client of server.clients) {
        if (client.readyState === WebSocket.OPEN)
            client.send(message, { binary: false });
    }
}

const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
    const [count, intervalMs, size] = line.split(' ').map(Number);
    const start = performance.now();
    const next = (i) => {
        broadcast(size);
        if (i + 1 < count)
            setTimeout(next, Math.max(0, start + (i + 1) * intervalMs - performance.now()), i + 1);
    };
    next(0);
});
commands.on('close', () => process.exit());
