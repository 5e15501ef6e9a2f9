/** `node validate-xsd.mjs SCHEMA FILE…`: prints one line of JSON, `[]` or the problems. A process of its own, because libxml2-wasm is an ES module that awaits at its top level. */
import { readFileSync } from 'node:fs';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';

const [schema, ...files] = process.argv.slice(2);
const schemaDocument = XmlDocument.fromBuffer(readFileSync(schema));
const validator = XsdValidator.fromDoc(schemaDocument);
const problems = [];
for (const file of files) {
  const document = XmlDocument.fromBuffer(readFileSync(file));
  try {
    validator.validate(document);
  } catch (error) {
    problems.push(`${file}: ${error.message}`);
  } finally {
    document.dispose();
  }
}
validator.dispose();
schemaDocument.dispose();
console.log(JSON.stringify(problems));
