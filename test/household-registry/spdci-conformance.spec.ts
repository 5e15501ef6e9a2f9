import * as fs from 'node:fs';
import * as path from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { person, question, Wires } from './wires.fixture';

const FOLDER = path.join(__dirname, '../standards/spdci');
const HAN = person({ name: '示例某', birthCertificateNo: 'Z990000001' });
const about = { idNumber: HAN.idNumber!, name: HAN.name };

/** The published interface description, as the judge of every message. */
const judge = new Ajv({ strict: false, allErrors: true })
  .addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/)
  .addFormat('uri', /^\w+:\/\//)
  .addFormat('int32', true)
  .addFormat('binary', true);
for (const name of ['crvs', 'jwks_core'])
  judge.addSchema(parse(fs.readFileSync(path.join(FOLDER, `${name}_api_v1.0.0.yaml`), 'utf8')) as object, name);

const at = (...steps: string[]) => steps.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
const schemaOf = (name: string, pointer: string): ValidateFunction => judge.compile({ $ref: `${name}#/${pointer}` });
const JSON_SCHEMA = ['content', 'application/json', 'schema'];
const requestTo = (where: string) => schemaOf('crvs', at('paths', where, 'post', 'requestBody', ...JSON_SCHEMA));
const answerFrom = (where: string) =>
  schemaOf('crvs', at('paths', where, 'post', 'responses', 'default', ...JSON_SCHEMA));
const ACKNOWLEDGED = schemaOf('crvs', at('components', 'responses', 'Response', ...JSON_SCHEMA));

function assertConforms(validate: ValidateFunction, body: Buffer | object): void {
  validate(Buffer.isBuffer(body) ? JSON.parse(body.toString()) : body);
  expect(validate.errors ?? []).toEqual([]);
}

it('conforms to the published interface with every message either side sends', async () => {
  const seen: { path: string; came: Buffer; answer: Buffer }[] = [];
  const wires = await Wires.open({
    persons: [HAN],
    watch: (where, came, { body }) => seen.push({ path: where, came, answer: body }),
  });
  try {
    const asked = question();
    await wires.spdci.subscribe(question(), '990101000000', wires.soon);
    await wires.spdci.verify(question(), about, wires.soon);
    await wires.spdci.query(question(), about, wires.soon);
    await wires.spdci.query(question(), { idNumber: '990101199001010013', name: null }, wires.soon);
    await wires.spdci.submitBatch(asked, [{ lineNo: 1, ...about }], wires.soon);
    await wires.spdci.fetchBatch(asked.requestId, wires.soon);
    wires.registry.emit({ kind: 'corrected', person: HAN });
    await wires.spdci.events('', 10, wires.soon);
    wires.clock.set('2026-04-02');
    await wires.spdci.fetchBatch(asked.requestId, wires.soon);

    const judged = new Set<string>();
    for (const { path: url, came, answer } of seen) {
      const where = url.replace('/spdci', '');
      judged.add(where);
      if (where === '/.well-known/jwks.json') {
        assertConforms(schemaOf('jwks_core', 'components/schemas/JWKSResponse'), answer);
        continue;
      }
      assertConforms(requestTo(where), came);
      assertConforms(where.startsWith('/registry/sync/') ? answerFrom(where) : ACKNOWLEDGED, answer);
    }
    const callbacks = await wires.callbacks();
    for (const { url, body } of callbacks) {
      const where = `/registry/${url.split('/').at(-1)!}`;
      judged.add(where);
      assertConforms(requestTo(where), body);
      assertConforms(
        ACKNOWLEDGED,
        wires.spdci.acknowledgement(
          await wires.spdci.readCallback(body, { 'content-type': 'application/json' }, wires.soon),
        ),
      );
    }
    assertConforms(schemaOf('jwks_core', 'components/schemas/JWKSResponse'), await wires.spdci.publicKeys());
    expect([...judged].sort()).toEqual([
      '/.well-known/jwks.json',
      '/registry/notify',
      '/registry/on-search',
      '/registry/on-subscribe',
      '/registry/search',
      '/registry/subscribe',
      '/registry/sync/search',
      '/registry/sync/txn/status',
    ]);
  } finally {
    await wires.close();
  }
});

it('has a judge that refuses what is not in the interface', () => {
  const validate = requestTo('/registry/search');
  expect(validate({ header: { message_id: '1' }, message: {} })).toBe(false);
  expect(answerFrom('/registry/sync/search')({ header: {} })).toBe(false);
});
