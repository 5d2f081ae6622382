// Parses Mermaid diagrams with Mermaid's own parser: node parse.mjs MERMAID.mjs FILE...
//
// Needs jsdom, because Mermaid cleans labels with the help of a browser's document.
import fs from 'node:fs';
import path from 'node:path';
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('');
globalThis.window = window;
globalThis.document = window.document;

const [library, ...files] = process.argv.slice(2);
const { default: mermaid } = await import(path.resolve(library));
let refused = 0;

async function type(text) {
  return (await mermaid.parse(text)).diagramType;
}

for (const file of files) {
  const expected = file.endsWith('-pie.mmd') ? 'pie' : 'block';
  try {
    const got = await type(fs.readFileSync(file, 'utf8'));
    if (got !== expected) throw new Error(`is a ${got}, not a ${expected}`);
  } catch (error) {
    refused += 1;
    console.log(`${path.basename(file)}: ${error}`.slice(0, 500));
  }
}

// A parser that takes anything would prove nothing.
for (const broken of ['pie title x\n  "a"b" : 2\n', 'block-beta\n  a["x"]:\n  end\n  ]']) {
  try {
    await type(broken);
    refused += 1;
    console.log(`accepted what is no diagram: ${broken}`);
  } catch {
    continue;
  }
}
console.log(`${files.length} diagrams parsed, ${refused} wrong`);
process.exit(refused === 0 && files.length > 0 ? 0 : 1);
