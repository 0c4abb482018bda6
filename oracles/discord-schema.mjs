// Writes Discord's description of its API as one JSON Schema (2020-12), each
// request and response under $defs, for the tests of adapters/discord.
//
//   node discord-schema.mjs OUT

import { writeFileSync } from 'node:fs';
import * as z from 'zod';
import * as spec from 'discord-api-spec/zod';

const out = process.argv[2];
if (!out) {
  console.error('usage: node discord-schema.mjs OUT');
  process.exit(2);
}

const registry = z.registry();
for (const [name, schema] of Object.entries(spec)) {
  if (schema?._zod) registry.add(schema, { id: name.replace(/Schema$/, '') });
}

const { schemas } = z.toJSONSchema(registry, {
  uri: (id) => `#/$defs/${id}`,
  unrepresentable: 'any',
  override: ({ zodSchema, jsonSchema }) => {
    // JSON has no "undefined": an alternative of that type matches nothing.
    if (zodSchema._zod.def.type === 'undefined') jsonSchema.not = {};
  },
});

const $defs = {};
for (const [id, schema] of Object.entries(schemas)) {
  delete schema.$id;
  delete schema.$schema;
  $defs[id] = schema;
}
writeFileSync(out, JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', $defs }));
console.log(`discord-schema: ${Object.keys($defs).length} schemas written to ${out}`);
