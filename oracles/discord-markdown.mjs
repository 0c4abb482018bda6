// Reads the text of adapters/discord with another implementation of Discord's
// Markdown: what a reader sees must be the literal text, and a message may hold
// no other markup than the adapter's own.
//
//   node discord-markdown.mjs

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parser } from '@cloudrac3r/discord-markdown';

const here = dirname(fileURLToPath(import.meta.url));
const goldens = join(here, '..', 'adapters', 'discord', 'testdata');
const golden = (file) => JSON.parse(readFileSync(join(goldens, file), 'utf8'));

// flat lists the types of the nodes and joins what they show.
function flat(nodes, types) {
  return nodes.map((n) => {
    types.add(n.type);
    if (n.type === 'br') return '\n';
    return Array.isArray(n.content) ? flat(n.content, types) : (n.content ?? '');
  }).join('');
}

let faults = 0;
const fault = (what, ...more) => {
  faults++;
  console.error(`${what}:`, ...more.map((m) => JSON.stringify(m)));
};

const pairs = golden('escape.json');
for (const { literal, markdown } of pairs) {
  const types = new Set();
  const shown = flat(parser(markdown), types);
  types.delete('text');
  types.delete('br');
  if (types.size > 0) fault('markup', literal, markdown, [...types]);
  else if (shown !== literal) fault('reads differently', literal, markdown, shown);
}

const own = new Set(['text', 'br', 'heading', 'small', 'strong', 'discordTimestamp', 'discordUser']);
const messages = readdirSync(goldens).filter((f) => f.startsWith('message-'));
for (const file of messages) {
  const types = new Set();
  flat(parser(golden(file).content), types);
  const foreign = [...types].filter((t) => !own.has(t));
  if (foreign.length > 0) fault(file, foreign);
}

// Text that must not pass, or the check would prove nothing.
for (const bad of ['*a*', '||a||', '[a](https://b.example)', '# a', '> a', '- a', '1. a', '-# a', '`a`', 'https://a.example', '<@1>', '@everyone']) {
  const types = new Set();
  flat(parser(bad), types);
  types.delete('text');
  if (types.size === 0) fault('this reader sees no markup in', bad);
}
if (faults > 0) process.exit(1);
console.log(`discord-markdown: ${pairs.length} texts read as they were written, ${messages.length} messages hold only our own markup`);
