import { inContext, systemContext } from '@app/database';
import { addDays, type DivisionCode } from '@app/kernel';
import { CertificateService } from '../../apps/registration/src/certificate/certificate.service';
import { LedgerImportService } from '../../apps/registration/src/certificate/ledger-import.service';
import { NewbornMatterService } from '../../apps/registration/src/newborn-matter/newborn-matter.service';
import { NewbornReminderService } from '../../apps/registration/src/newborn-matter/newborn-reminder.service';
import { NewbornIntakeService } from '../../apps/subsidy/src/intake/newborn-intake.service';
import { OURS, THEIRS, type TwoCounties } from './two-counties';

const everyTime = { once: () => Promise.resolve(true) };

/** In each county a newborn with a claim, a part that is late, and a certificate that its holders gave up. */
export async function addNewborns(world: TwoCounties): Promise<void> {
  for (const [n, division] of [OURS, THEIRS].entries()) {
    const mother = await motherIn(world, division);
    await inContext(systemContext('test', { actor: `hospital-${n}` }), () => addNewborn(world, division, mother));
    await addCertificate(world, division, mother, n);
  }
  const later = addDays(world.clock.today(), 60);
  const now = world.clock.now().toISOString();
  world.clock.set(later);
  await world.get(NewbornReminderService).look();
  world.clock.set(now);
  await world.database.admin(`
    with one as (
      select distinct on (left(c.division_code, 6)) c.id, c.beneficiary_id from subsidy.claim c where c.division_code is not null
       order by left(c.division_code, 6), c.id),
    merged as (
      insert into subsidy.person_merge (person_id, survivor_id, beneficiary_id, merged_at, undone_at)
      select gen_random_uuid(), gen_random_uuid(), beneficiary_id, now(), now() from one returning id, beneficiary_id)
    insert into subsidy.person_merge_claim select m.id, o.id, true, false from merged m join one o using (beneficiary_id)`);
}

/** A woman of the county whose number nobody else holds. */
async function motherIn(world: TwoCounties, division: DivisionCode): Promise<string> {
  const rows = division === OURS ? world.ours.registry : world.theirs.registry;
  const [row] = await world.database.admin<{ id: string }>(
    `select registry_person_id as id from registration.person
      where sex = 2 and status = 0 and id_type = '111' and not id_number_shared and division_code like $1
        and born between '1985-01-01' and '2000-01-01' order by 1 limit 1`,
    [`${division.slice(0, 6)}%`],
  );
  return rows.find((one) => one.registry_person_id === row!.id)!.id_number!;
}

async function addNewborn(world: TwoCounties, division: DivisionCode, number: string): Promise<void> {
  const matters = world.get(NewbornMatterService);
  const { caseNo } = await matters.notify(
    `N-${division}`,
    {
      certificateNo: `W${division.slice(0, 6)}999`,
      born: world.clock.today(),
      sex: 1,
      childName: null,
      division: null,
      mother: { name: '示例母', number },
      father: null,
    },
    division,
  );
  const [matter] = await world.database.admin<{ id: string }>(
    'select id from registration.newborn_matter where case_no = $1',
    [caseNo],
  );
  await matters.choose({
    matterId: matter!.id,
    items: ['childcare-subsidy', 'vaccination-card'],
    applicant: null,
  });
  const [part] = await world.database.admin<{ id: string }>(
    `select id from registration.newborn_sub_case where matter_id = $1 and item = 'childcare-subsidy'`,
    [matter!.id],
  );
  await world.get(NewbornIntakeService).follow(part!.id, everyTime);
}

async function addCertificate(world: TwoCounties, division: DivisionCode, number: string, n: number): Promise<void> {
  const ledger = world.file(`ledger-${n}.csv`, [
    {
      certificate_no: `L${division}`,
      office_code: division.slice(0, 6),
      issued_on: '2012-01-01',
      child_name: '示例孩',
      child_birth_date: '2011-01-01',
      mother_name: '示例母',
      mother_id_number: number,
      father_name: '示例父',
    },
  ]);
  await world.get(LedgerImportService).import(ledger);
  const [certificate] = await world.database.admin<{ id: string }>(
    'select id from registration.certificate where number = $1',
    [`L${division}`],
  );
  const by = ['mother', 'father'] as const;
  await world.get(CertificateService).cancel({
    id: certificate!.id,
    effectiveOn: null,
    shown: { by, document: '申请书1号' },
  });
}
