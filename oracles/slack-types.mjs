// Type-checks every golden payload and manifest of adapters/slack against Slack's
// own types.
//
//   node slack-types.mjs

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const goldens = join(here, '..', 'adapters', 'slack', 'testdata');
const generated = join(here, 'slack-goldens.ts'); // never written, only compiled

// check compiles one source text and gives what is wrong with it.
const options = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
};
function check(source) {
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === generated || fileExists.call(host, name);
  host.readFile = (name) => (name === generated ? source : readFile.call(host, name));
  host.getSourceFile = (name, version, ...rest) =>
    name === generated ? ts.createSourceFile(name, source, version) : getSourceFile.call(host, name, version, ...rest);
  const program = ts.createProgram([generated], options, host);
  return ts.getPreEmitDiagnostics(program).map((d) => {
    const line = d.file ? d.file.getLineAndCharacterOfPosition(d.start).line : 0;
    return { line, file: d.file?.fileName ?? '', text: ts.flattenDiagnosticMessageText(d.messageText, '\n') };
  });
}

const head = "import type { KnownBlock, MessageMetadata, ModalView, HomeView } from '@slack/types'; " +
  "import type { Manifest } from './node_modules/@slack/web-api/dist/types/request/manifest.js';\n";
const lines = [head.trimEnd()];
const owner = ['types']; // whose line each line is
for (const file of readdirSync(goldens).filter((f) => f.endsWith('.json')).sort()) {
  const body = JSON.parse(readFileSync(join(goldens, file), 'utf8'));
  const add = (type, value) => {
    lines.push(`export const c${lines.length}: ${type} = ${JSON.stringify(value)};`);
    owner.push(file);
  };
  if (body.type === 'modal') {
    add('ModalView', body);
  } else if (body.type === 'home') {
    add('HomeView', body);
  } else {
    add('KnownBlock[]', body.blocks);
    if (body.metadata) add('MessageMetadata', body.metadata);
  }
}

const manifests = join(goldens, 'manifest');
for (const file of readdirSync(manifests).sort()) {
  const manifest = JSON.parse(readFileSync(join(manifests, file), 'utf8'));
  lines.push(`export const c${lines.length}: Manifest = ${JSON.stringify(manifest)};`);
  owner.push(`manifest/${file}`);
}

// What must be refused, or the check would prove nothing.
for (const wrong of [
  "KnownBlock[] = [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }]",
  "Manifest = { display_information: { name: 'x' }, settings: { event_subscriptions: { bot_events: ['no_such_event'] } } }",
]) {
  if (check(`${head}export const c: ${wrong};\n`).length === 0) {
    console.error(`slack-types: this was accepted: ${wrong}`);
    process.exit(1);
  }
}

const faults = check(lines.join('\n') + '\n');
for (const f of faults) {
  console.error(`${f.file === generated ? owner[f.line] : f.file}: ${f.text}`);
}
if (faults.length > 0) process.exit(1);
console.log(`slack-types: ${new Set(owner).size - 1} payloads match @slack/types`);
