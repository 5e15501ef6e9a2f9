import type { Day } from '@app/kernel';
import { pdfText } from '../../../../test/support/pdf-text';
import { LetterRepository } from '../letter/letter.repository';
import { LetterService } from '../letter/letter.service';
import { ParameterRepository } from '../parameter/parameter.repository';
import { ParameterService } from '../parameter/parameter.service';
import { type CollectingCounty, createCollectingCounty } from '../receivable/receivable.fixture';
import { PaymentRequestRepository } from './payment-request.repository';
import { printedReference } from './payment-request.rules';
import { PaymentSlipService } from './payment-slip.service';

let county: CollectingCounty;
let letters: LetterService;
let slips: PaymentSlipService;
beforeAll(async () => {
  county = await createCollectingCounty();
  const parameters = new ParameterService(county.database, county.clock, new ParameterRepository());
  letters = new LetterService(county.database, county.clock, new LetterRepository());
  slips = new PaymentSlipService(county.database, county.clock, new PaymentRequestRepository(), letters, parameters);
});
afterAll(() => county.world.drop());

const ask = async (dueOn: string | null, more = {}) => {
  const asked = {
    receivableId: await county.open(12_345n, more),
    fen: 12_345n,
    dueOn: dueOn as Day,
    instalmentId: null,
  };
  return county.database.write((tx) => county.requests.request(tx, asked));
};
const accountFrom = (valid: string, number: string) =>
  county.world.admin(
    `insert into fees.parameter (name, region, valid, value, unit, source, status)
     select 'payment-request.account-' || part, '340202', $1::daterange, value, 'text', 'test', 'assumed'
       from (values ('name', '某县财政局非税收入专户'), ('bank', '某银行某支行'), ('number', $2)) v (part, value)`,
    [valid, number],
  );

describe('a payment slip', () => {
  it('is not made for a county that has named no account: nobody is sent to one that was made up', async () => {
    const { id } = await ask(null, { divisionCode: '340203000000' });
    await expect(slips.write(id)).rejects.toMatchObject({ code: 'FEES_PARAMETER_MISSING' });
  });

  it('tells reference, amount, day and the account that holds on that day, and is made once', async () => {
    await accountFrom('[2021-08-20,2026-04-01)', '111');
    await accountFrom('[2026-04-01,)', '222');
    const { id, reference } = await ask('2026-05-15');
    const letter = await slips.write(id);
    expect(letter).toMatchObject({ kind: 'payment-request', recipientName: '张三' });
    const text = pdfText((await letters.file(letter.id)).pdf).replaceAll('\n', '');
    for (const part of [
      printedReference(reference),
      '123.45 元',
      '2026-05-15',
      '222',
      '某县财政局非税收入专户',
      '不收取利息',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('111');
    expect((await slips.write(id)).id).toBe(letter.id);
  });

  it('is not made for what nobody asks for any more', async () => {
    const { id } = await ask(null);
    const [request] = await county.world.admin<{ receivable_id: string }>(
      'select receivable_id from fees.payment_request where id = $1',
      [id],
    );
    await county.database.write((tx) => county.requests.cancel(tx, request!.receivable_id, '改按分期计划办理'));
    await expect(slips.write(id)).rejects.toMatchObject({ code: 'PAYMENT_REQUEST_CLOSED' });
  });
});
