import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Day } from '@app/kernel';
import { writeBadRows } from './bad-rows.service';
import { ACCOUNT_COLUMNS, CLAIM_COLUMNS } from './claim.rules';
import { CsvFile } from './csv-file.service';
import { COUNTY, LAST_COUNTY, turnOf } from './division.rules';
import { EDGE_CASE_COLUMNS, EXPECTED_COLUMNS, Claims } from './claims.service';
import { EARLIEST_DAY, FEWEST_PEOPLE, LATEST_DAY, MOST_PEOPLE, refuse } from './county.errors';
import type { CountyOptions, CountySummary, RegistrySummary } from './county.types';
import { FINDING_COLUMNS } from './finding.rules';
import { Registry } from './registry.service';
import { REGISTRY_COLUMNS } from './registry-row.rules';

const DEFAULTS = { people: 20_000, seed: 1, asOf: EARLIEST_DAY, county: COUNTY } as const;
/** Of one county. */
const MOST_CLAIMS = 10_000_000;

/**
 * Writes a made-up county into a folder: registry.csv, claims.csv, accounts.csv, findings.csv, divisions.csv,
 * edge-cases.csv (what is planted and what should become of it), expected.csv (every claim), county.json, and the
 * small files of rows that an import has to reject. Village by village: memory does not grow with the county.
 */
export async function generateCounty(options: CountyOptions & { readonly folder: string }): Promise<CountySummary> {
  const { people, seed, asOf, county } = check(options);
  const { folder } = options;
  await mkdir(folder, { recursive: true });
  const create = (name: string, header: string): Promise<CsvFile> => CsvFile.create(join(folder, name), header);

  const registryFile = await create('registry.csv', REGISTRY_COLUMNS);
  const files = {
    claims: await create('claims.csv', CLAIM_COLUMNS),
    accounts: await create('accounts.csv', ACCOUNT_COLUMNS),
    findings: await create('findings.csv', FINDING_COLUMNS),
    cases: await create('edge-cases.csv', EDGE_CASE_COLUMNS),
    expected: await create('expected.csv', EXPECTED_COLUMNS),
  };
  const all = [registryFile, ...Object.values(files)];
  const registry = new Registry({ people, seed, asOf, county, migrantRegions: options.migrantRegions ?? [] });
  const claims = new Claims(seed, turnOf(county) * MOST_CLAIMS, registry.asOf, registry.bank, files);
  try {
    for (const made of registry.villages()) {
      registry.write(made, registryFile);
      claims.write(made);
      for (const file of all) await file.flush();
      options.onProgress?.(registryFile.count);
    }
  } finally {
    for (const file of all) await file.close();
  }

  await writeDivisions(join(folder, 'divisions.csv'), registry);
  await writeBadRows(folder, registry.asOf);
  const summary: CountySummary = {
    ...summaryOf(registry, people, seed, asOf),
    claims: files.claims.count,
    accounts: files.accounts.count,
    findings: files.findings.count,
    edgeCases: files.cases.count,
    edgeCaseSets: registry.sets,
    ordinaryClaims: claims.ordinary,
  };
  await writeFile(join(folder, 'county.json'), JSON.stringify(summary, null, 2) + '\n');
  return summary;
}

/** Only registry.csv, the same bytes that generateCounty writes, into the file named; for benches of the import. */
export async function writeRegistry(options: CountyOptions & { readonly file: string }): Promise<RegistrySummary> {
  const { people, seed, asOf, county } = check(options);
  const file = await CsvFile.create(options.file, REGISTRY_COLUMNS);
  const registry = new Registry({ people, seed, asOf, county, migrantRegions: options.migrantRegions ?? [] });
  try {
    for (const made of registry.villages()) {
      registry.write(made, file);
      await file.flush();
      options.onProgress?.(file.count);
    }
  } finally {
    await file.close();
  }
  return summaryOf(registry, people, seed, asOf);
}

function check(options: CountyOptions): { people: number; seed: number; asOf: Day; county: string } {
  const { people = DEFAULTS.people, seed = DEFAULTS.seed } = options;
  const { asOf = DEFAULTS.asOf, county = DEFAULTS.county } = options;
  if (!Number.isInteger(people) || people < FEWEST_PEOPLE || people > MOST_PEOPLE) throw refuse.people(people);
  if (asOf < EARLIEST_DAY || asOf > LATEST_DAY) throw refuse.asOf(asOf);
  if (county < COUNTY || county > LAST_COUNTY || !/^\d{6}$/.test(county)) throw refuse.county(county);
  return { people, seed, asOf, county };
}

function summaryOf(registry: Registry, people: number, seed: number, asOf: Day): RegistrySummary {
  const { townships, villageCount: villages, households, byStatus, births, county } = registry;
  return { people, seed, asOf, county, townships, villages, households, byStatus, births };
}

async function writeDivisions(path: string, registry: Registry): Promise<void> {
  const rows = registry.divisions.map(({ code, name, level, parent }) => `${code},${name},${level},${parent}`);
  await writeFile(path, ['code,name,level,parent', ...rows, ''].join('\n'));
}
