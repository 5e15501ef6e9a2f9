import * as fs from 'node:fs';
import * as path from 'node:path';
import { readPaymentFile } from '@app/bankfile';
import { FileKeys, Rotation, Vault } from '@app/vault';
import { BankFileRepository } from '../../apps/subsidy/src/disbursement/bank-file.repository';
import { BankFileService } from '../../apps/subsidy/src/disbursement/bank-file.service';
import { BatchRepository } from '../../apps/subsidy/src/disbursement/batch.repository';
import { LineRepository } from '../../apps/subsidy/src/disbursement/line.repository';
import { SEALED_COLUMNS } from '../../apps/subsidy/src/intake/sealed-columns.types';
import { refusalOf, SubsidyWorld } from '../support/subsidy-world';

const CHILDREN = 120;
const QUICK = { noticeMilliseconds: 0, chunkRows: 10 };

let world: SubsidyWorld;
let vault: Vault;
let files: BankFileService;

beforeEach(async () => {
  world = await SubsidyWorld.open();
  const keys = path.join(world.folder, 'vault.key');
  vault = await Vault.open(new FileKeys(keys));
  Object.assign(world, { vault });
  files = new BankFileService(
    world.database,
    world.clock,
    await Vault.open(new FileKeys(keys)), // Of another process than the rotation's.
    world.ledger,
    { of: () => ({ name: '示例县卫生健康委员会', account: '0012345678901', bank: '示例银行', itemCode: 'YEB' }) },
    new BatchRepository(),
    new LineRepository(),
    new BankFileRepository(),
  );
});
afterEach(() => world.close());

const rotation = () => new Rotation(vault, [{ schema: 'subsidy', database: world.database, columns: SEALED_COLUMNS }]);

async function approvedBatch(): Promise<string> {
  await world.claims({ count: CHILDREN });
  await world.fund(CHILDREN);
  const { batchId } = await world.prepare();
  await world.approve(batchId!);
  return batchId!;
}

it('a batch approved under the old key is paid to the same accounts while keys are rotated', async () => {
  const batchId = await approvedBatch();
  const content = () => world.rows('select encode(content_hash, $1) as hash from payment_batch', ['hex']);
  const approved = await content();
  const [sent, rotated] = await Promise.all([
    files.send({ batchId, folder: world.folder, format: 'pain.001' }),
    rotation().rotate(QUICK),
  ]);
  expect(rotated).toMatchObject({ version: 2, left: 0, unreadable: 0 });
  expect(await content()).toEqual(approved);
  const { transfers } = await readPaymentFile(fs.createReadStream(sent.path));
  const accounts = transfers.map(({ payeeAccount }) => payeeAccount).sort();
  expect(accounts).toEqual(Array.from({ length: CHILDREN }, (_, n) => `0062${String(n).padStart(12, '0')}`));
  await rotation().retire(1);
});

it('a value that does not open is counted and kept as it is, and its key with it', async () => {
  const batchId = await approvedBatch();
  const flipped = `set_byte(account_sealed, 40, get_byte(account_sealed, 40) # 1)`;
  await world.test.admin(
    `update subsidy.payee_account set account_sealed = ${flipped} where id = (select min(id::text)::uuid from subsidy.payee_account)`,
  );
  const broken = () =>
    world.rows<{ sealed: Buffer }>('select account_sealed as sealed from payee_account order by id limit 1');
  const [before] = await broken();
  expect(await rotation().rotate(QUICK)).toMatchObject({ version: 2, left: 0, unreadable: 1 });
  expect((await broken())[0]!.sealed).toEqual(before!.sealed);
  const refusal = await refusalOf(rotation().retire(1));
  expect([refusal.code, refusal.facts]).toEqual(['VAULT_VERSION_IN_USE', { version: 1, values: 1 }]);

  // Nobody is paid by a file with a hole in it.
  const stopped = await refusalOf(files.send({ batchId, folder: world.folder, format: 'pain.001' }));
  expect([stopped.code, stopped.facts]).toEqual(['SEAL_BROKEN', { table: 'payee_account', column: 'account_sealed' }]);
  expect(await world.rows('select from bank_file')).toEqual([]);
});

it('a key that others have brought is used, and none is added where it cannot be kept', async () => {
  await world.claims({ count: 3 });
  const readOnly = new Vault(vault.keys);
  const schemas = [{ schema: 'subsidy', database: world.database, columns: SEALED_COLUMNS }];
  expect((await refusalOf(new Rotation(readOnly, schemas).rotate(QUICK))).code).toBe('VAULT_SOURCE_READ_ONLY');
  const brought = new Vault(vault.keys.announcing('aes-256-gcm').activated());
  expect(await new Rotation(brought, schemas).rotate(QUICK)).toMatchObject({ version: 2, isNew: false, left: 0 });
});
