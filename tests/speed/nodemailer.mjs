// nodemailer's side: `node nodemailer.mjs MESSAGE PORT CONNECTIONS MAILS` in a folder where it is
// installed. The same load as in client.rs: one envelope and the same finished bytes each time, twice
// as many senders as connections, the clock starts when all connections are open.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { createTransport } = createRequire(process.cwd() + '/')('nodemailer');
const [file, port, connections, mails] = process.argv.slice(2);
const raw = readFileSync(file);
const address = (name) => raw.toString().match(new RegExp(`^${name}: .*?([^\\s<>]+@[^\\s<>]+)`, 'm'))[1];
const mail = { envelope: { from: address('From'), to: [address('To')] }, raw };

const transport = createTransport({
    pool: true,
    maxConnections: Number(connections),
    maxMessages: Infinity,
    host: '127.0.0.1',
    port: Number(port),
    secure: Boolean(process.env.CA),
    ignoreTLS: !process.env.CA,
    tls: process.env.CA ? { ca: readFileSync(process.env.CA) } : undefined,
});

async function all(left) {
    const sender = async () => {
        while (left-- > 0) await transport.sendMail(mail);
    };
    await Promise.all(Array.from({ length: connections * 2 }, sender));
}

await all(connections * 2);
const began = performance.now();
await all(Number(mails));
console.log(((mails * 1000) / (performance.now() - began)).toFixed(1));
transport.close();
